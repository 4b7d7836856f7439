"""compile: the graph as a program. What was written for the reader runs like NumPy written by hand.

In which order to read it: compile.py is what a caller sees, program.py makes one program. trace.py calls
the function once and records it; simplify.py makes lines of the graph, each computed once; expressions.py
says how an operation is written down, emit.py names the lines and plans the memory; signature.py tells
calls of different kinds apart; operation.py puts a program into a graph.
"""
