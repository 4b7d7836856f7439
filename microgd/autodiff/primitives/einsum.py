"""The table of derivatives: einsum, products of arrays whose axes are named by letters.

Every form of einsum is brought to one, the primitive's: letters only, each once in an operand and not of
length 1 where it is longer elsewhere, none that stands in one operand alone, the output named. Then the
gradient of an operand is an einsum again, with the letters of the operand and of the output exchanged.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import Any

import numpy as np

from .primitive import numpy_functions, primitive
from .reduction import reduce_sum
from .shape import diagonal, shape_of, squeeze

LETTERS = string.ascii_uppercase + string.ascii_lowercase
"""The letters for NumPy's numbers of axes, in their order."""


def _rule_of_einsum(position: int) -> Any:
    """Swap an operand's letters with the output's: this einsum of g and the others is its gradient."""
    if position == 0:
        return None  # the subscripts

    def rule(g: Any, out: Any, subscripts: str, *operands: Any) -> Any:
        inputs, output = subscripts.split("->")
        letters = inputs.split(",")
        i = position - 1
        others = [*letters[:i], output, *letters[i + 1 :]]
        return einsum(f"{','.join(others)}->{letters[i]}", *operands[:i], g, *operands[i + 1 :])

    return rule


einsum = primitive(
    lambda subscripts, *operands: np.einsum(subscripts, *operands, optimize=len(operands) > 2),
    vjp_of=_rule_of_einsum, name="einsum")  # fmt: skip


def _einsum(*operands: Any, optimize: Any = False) -> Any:
    """Bring every form of einsum to the primitive's. `optimize` only chooses the order of the products."""
    subscripts, arrays = _by_letters(operands)
    inputs, output = _spelled_out(subscripts.replace(" ", ""), arrays)
    plain = [_diagonals(letters, a) for letters, a in zip(inputs, arrays, strict=True)]
    plain = [_without_stretched(letters, a, plain) for letters, a in plain]
    for i, (letters, a) in enumerate(plain):
        elsewhere = output + "".join(other for j, (other, _) in enumerate(plain) if j != i)
        alone = tuple(k for k, letter in enumerate(letters) if letter not in elsewhere)
        plain[i] = (
            "".join(x for x in letters if x in elsewhere),
            reduce_sum(a, alone, False) if alone else a,
        )
    return einsum(",".join(letters for letters, _ in plain) + "->" + output, *(a for _, a in plain))


def _by_letters(operands: Sequence[Any]) -> tuple[str, Sequence[Any]]:
    """Write the form with lists, `a, [0, 1], b, [1, 2], [0, 2]`, as the one with letters."""
    if not operands:
        raise ValueError("einsum: expected subscripts such as 'ij,jk->ik', then the operands; got nothing")
    if isinstance(operands[0], str):
        return operands[0], operands[1:]
    pairs = len(operands) // 2 * 2
    inputs = ",".join(map(_letters_of, operands[1:pairs:2]))
    output = "->" + _letters_of(operands[-1]) if len(operands) > pairs else ""
    return inputs + output, operands[:pairs:2]


def _letters_of(numbers: Any) -> str:
    try:
        return "".join("..." if number is Ellipsis else LETTERS[number] for number in numbers)
    except (TypeError, IndexError):
        raise ValueError(
            "einsum: expected subscripts as a string, such as 'ij,jk->ik', or behind each operand a list of "
            f"numbers of axes from 0 to {len(LETTERS) - 1}, got {numbers!r}"
        ) from None


def _spelled_out(subscripts: str, operands: Sequence[Any]) -> tuple[list[str], str]:
    """Write letters in place of `...`, and the output where there is none."""
    left, arrow, output = subscripts.partition("->")
    inputs = left.split(",")
    if len(inputs) != len(operands):
        raise ValueError(f"einsum: {subscripts!r} is for {len(inputs)} operands, got {len(operands)}")
    free = [x for x in string.ascii_letters if x not in subscripts]
    longest = ""
    for i, (letters, a) in enumerate(zip(inputs, operands, strict=True)):
        if "..." in letters:
            count = len(shape_of(a)) - len(letters) + 3
            dots = "".join(free[:count])[::-1]  # the last axis has the first free letter
            inputs[i] = letters.replace("...", dots)
            longest = dots if len(dots) > len(longest) else longest
        if len(inputs[i]) != len(shape_of(a)):
            raise ValueError(
                f"einsum: {letters!r} does not name the axes of an operand of shape {shape_of(a)}"
            )
    if not arrow:
        letters = left.replace("...", "").replace(",", "")
        output = "..." * bool(longest) + "".join(sorted(x for x in set(letters) if letters.count(x) == 1))
    elif longest and "..." not in output:
        raise ValueError(f"einsum: {subscripts!r} has ... on its left side only")
    return inputs, output.replace("...", longest)


def _diagonals(letters: str, a: Any) -> tuple[str, Any]:
    """Take the diagonal of the two axes of a letter that occurs twice."""
    for letter in dict.fromkeys(letters):
        while letters.count(letter) > 1:
            i = letters.index(letter)
            j = letters.index(letter, i + 1)
            if shape_of(a)[i] != shape_of(a)[j]:
                raise ValueError(
                    f"einsum: {letter!r} stands for axes of lengths {shape_of(a)[i]}, {shape_of(a)[j]}"
                )
            a = diagonal(a, 0, i, j)  # which puts the diagonal last
            letters = letters[:i] + letters[i + 1 : j] + letters[j + 1 :] + letter
    return letters, a


def _without_stretched(letters: str, a: Any, all_operands: Sequence[tuple[str, Any]]) -> tuple[str, Any]:
    """Leave out axes of length 1 whose letter is longer elsewhere: NumPy stretches them."""
    longer = {x for name, b in all_operands for x, n in zip(name, shape_of(b), strict=True) if n != 1}
    stretched = [k for k, letter in enumerate(letters) if shape_of(a)[k] == 1 and letter in longer]
    kept = "".join(letter for k, letter in enumerate(letters) if k not in stretched)
    return kept, squeeze(a, stretched) if stretched else a


numpy_functions[np.einsum] = _einsum
