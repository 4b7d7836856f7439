"""Mistakes that mypy and pyright find, each in the line that says so."""

from microgd import Adam, Value, descend, grad

knob_weight = Value(0.5)
knob_weight.backwards()  # wrong
Value(0.5, nmae="knob_weight")  # wrong
for step in descend(lambda: knob_weight * 1.0, Adam([knob_weight], 0.1)):
    print(step.eror)  # wrong
grad(0.5)  # wrong
