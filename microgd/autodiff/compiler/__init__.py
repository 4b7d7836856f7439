"""The compiler: the graph of a function as a straight-line program that runs like NumPy written by hand.

Read compile.py first: the pipeline, and the chain of guards. Then, in the order of the pipeline: trace.py,
lower.py (and ir.py, the representation of a program), passes.py, naming.py, allocate.py, selection.py,
write.py. guard.py and specialisation.py make the function that is called; operation.py puts a program into
a graph.
"""
