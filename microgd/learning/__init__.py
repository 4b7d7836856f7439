"""Gradient descent and what it drives. Imports autodiff; has never heard of pictures.

In which order to read it: hot_cold.py (learning without a derivative), net.py (predict, compare, learn:
the same with one), losses.py (how wrong a prediction is), optimizers.py (the ways down, a formula each;
schedules.py and transforms.py change its learning rate and its gradients).
"""
