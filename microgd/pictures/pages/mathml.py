"""Formulas as trees of MathML elements, which a page's script builds.

An element is a list: its tag, then its parts. A part is a text, an element, or a Slot: the place of a number
in the page's table of numbers, so that the number can be replaced while the page is open. Texts become text
nodes and never markup, whatever a name contains.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Part = Any
"""str | Element | Slot"""
Element = list[Part]
Slot = dict[str, Any]


def identifier(name: str) -> Element:
    """Write a name."""
    return ["mi", name]


def constant(text: str) -> Element:
    """Write a number or another constant that never changes."""
    return ["mn", text]


def operator(sign: str) -> Element:
    """Write a sign; the spaces around it are for the formula as text."""
    return ["mo", sign]


def row(*parts: Part) -> Element:
    """Write parts after each other."""
    return ["mrow", *parts]


def parenthesised(part: Part) -> Element:
    """Write a part in parentheses."""
    return row(operator("("), part, operator(")"))


def power(base: Part, exponent: Part) -> Element:
    """Write a power."""
    return ["msup", base, exponent]


def derivative(variable: str, by: str) -> Element:
    """Write a derivative as a fraction."""
    return [
        "mfrac",
        row(["mtext", "d\N{NO-BREAK SPACE}"], identifier(variable)),
        row(["mtext", "d\N{NO-BREAK SPACE}"], identifier(by)),
    ]


def slot(key: str, *, brackets: bool = False) -> Slot:
    """Mark the place of a number in the table; brackets: in parentheses while it is negative."""
    return {"number": key, "brackets": brackets}


def text_of(part: Part, number: Callable[[Slot], str]) -> str:
    """Write a part as plain text: `2 × diff`, `d error/d diff`. number: writes a slot."""
    if isinstance(part, str):
        return part
    if isinstance(part, dict):
        return number(part)
    tag, *parts = part
    texts = [text_of(inner, number) for inner in parts]
    if tag == "mfrac":
        return "/".join(texts)
    return "^".join(texts) if tag == "msup" else "".join(texts)
