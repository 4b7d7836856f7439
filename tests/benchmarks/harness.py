"""Ratios measured side by side: who computes the same numbers, and how much faster.

A `Row` is one piece of work and the peers that do it. Each peer is a function without arguments that
does the whole of the work once, forward and backward, and returns its result: numbers and arrays,
nested as it likes. `measure` first holds all results against each other, then lets the peers take
turns in one process: round after round each peer runs for some ten milliseconds, so a machine that slows
down slows all of them. Shown are the median over the rounds, and the median of the ratios within a
round, each with its quartiles.

The garbage collector stays on, because a user's does: a library that makes reference cycles pays for
them here as it does at work. So that nobody pays for anybody else's garbage, what was imported is
frozen (the collector does not look at it again) and everything is collected before each turn, outside
the clock. `--no-gc` shows the same tables with the collector off.

Memory, too, is in the same state for all. A young process gives larger arrays back to the system as
soon as they are freed and gets them again page by page, which can take longer than the arithmetic and
depends on what ran before. `settle` ends that as the first large data set of a real program does.
"""

from __future__ import annotations

import argparse
import csv
import gc
import importlib.metadata
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

Work = Callable[[], Any]

clock = time.perf_counter

TURN = 0.01  # seconds that a peer runs, at least, before the next one has its turn
REST = (
    0.02  # seconds between two turns: the threads of PyTorch and BLAS spin on for a while before they sleep
)


class Row(NamedTuple):
    """One piece of work and each peer's way to do it; the table compares with these `references`.

    A peer is given by its maker: called with the problem it imports its library and returns the work.
    """

    name: str
    references: Sequence[str]
    makers: dict[str, Callable[..., Work]]
    problem: tuple[Any, ...] = ()


class Line(NamedTuple):
    """A peer's line in a table: one sample a round."""

    row: str
    peer: str
    unit: str
    samples: list[float]


class Measure(NamedTuple):
    """A table that is not a comparison of peers: its lines are measured by itself."""

    name: str
    references: Sequence[str]
    lines: Callable[[], list[Line]]


Table = tuple[list[Line], Sequence[str]]
"""Lines, and which of them the others are compared with."""


def in_one_table(rows: Iterable[Row]) -> list[Row]:
    """Rows of the same name as one row with the peers of all."""
    found: dict[str, Row] = {}
    for row in rows:
        before = found.get(row.name, Row(row.name, [], {}, row.problem))
        references = dict.fromkeys([*before.references, *row.references])
        found[row.name] = before._replace(references=[*references], makers=before.makers | row.makers)
    return [*found.values()]


def one_for_each_set_of_peers(rows: Iterable[Row]) -> list[Row]:
    """The rows without those that give the same peers another problem, such as a larger net."""
    found: list[Row] = []
    for row in rows:
        if all(row.makers != before.makers for before in found):
            found.append(row)
    return found


def peers_of(row: Row) -> dict[str, Work]:
    """The work of each peer that is installed."""
    peers = {}
    for peer, maker in row.makers.items():
        try:
            peers[peer] = maker(*row.problem)
        except ModuleNotFoundError as missing:
            print(f"{row.name}: {peer} is left out, {missing.name} is not installed", file=sys.stderr)
    return peers


# Measuring ---------------------------------------------------------------------------------------


def measure(name: str, peers: dict[str, Work], seconds: float) -> list[Line]:
    """Let the peers take turns for about so many seconds each. Raises where their results differ."""
    check_equal(name, peers)
    calls = {peer: calls_in_a_turn(work) for peer, work in peers.items()}
    lines = [Line(name, peer, "ms", []) for peer in peers]
    end = time.perf_counter() + seconds * len(peers)
    while time.perf_counter() < end or len(lines[-1].samples) < 5:
        for line in lines:
            line.samples.append(1e3 * seconds_a_call(peers[line.peer], calls[line.peer]))
    return lines


def check_equal(name: str, peers: dict[str, Work]) -> None:
    """All peers compute the same numbers, or the comparison says nothing."""
    (first, work), *others = peers.items()
    expected = _flat(work())
    for peer, work in others:
        got = _flat(work())
        if len(got) != len(expected) or not all(map(_close, got, expected)):
            raise AssertionError(f"{name}: {peer} and {first} compute different numbers")


def _close(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and np.allclose(a, b, rtol=1e-7, atol=1e-10)


def _flat(result: Any) -> list[np.ndarray]:
    if isinstance(result, (tuple, list)):
        return [array for part in result for array in _flat(part)]
    return [np.asarray(result)]


def calls_in_a_turn(work: Work) -> int:
    """So many calls that the clock's own error does not matter."""
    calls = 1
    while (one := seconds_a_call(work, calls)) * calls < TURN:
        calls = max(2 * calls, int(1.2 * TURN / one))
    return calls


def seconds_a_call(work: Work, calls: int = 1) -> float:
    """The time of one call, measured over several."""
    gc.collect()
    time.sleep(REST)
    work()  # wakes what was asleep, and fills the caches
    start = clock()
    for _ in range(calls):
        work()
    return (clock() - start) / calls


# Showing -----------------------------------------------------------------------------------------


def versions(packages: Iterable[str]) -> str:
    """The versions of what takes part."""
    found = [f"Python {platform.python_version()}"]
    for package in packages:
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            found.append(f"{package} not installed")
    return ", ".join(found)


def spread(samples: Sequence[float]) -> tuple[float, float, float]:
    """The lower quartile, the median and the upper quartile."""
    if len(samples) == 1:
        return samples[0], samples[0], samples[0]
    low, median, high = statistics.quantiles(samples, n=4, method="inclusive")
    return low, median, high


def ratios(line: Line, reference: Line) -> list[float]:
    """Round by round: how many times the reference's sample this one is."""
    return [a / b for a, b in zip(line.samples, reference.samples)]


def show(lines: list[Line], references: Sequence[str]) -> None:
    """One row's table: a line for each peer, a column of ratios for each reference."""
    rounds = len(lines[0].samples)
    title = f"{lines[0].row}, {lines[0].unit}" + (f", {rounds} rounds" if rounds > 1 else "")
    print(f"\n{title:68}" + "".join(f"  x {name:22}" for name in references))
    by_name = {line.peer: line for line in lines}
    for line in lines:
        columns = [_cell(line.samples)]
        columns += [_cell(ratios(line, by_name[name]), 2) for name in references]
        print(f"  {line.peer:38}" + "".join(f"{column:26}" for column in columns))


def _cell(samples: Sequence[float], digits: int = 3) -> str:
    low, median, high = spread(samples)
    text = f"{median:9.{digits}f}"
    return text if len(samples) == 1 else f"{text} [{low:.{digits}f} .. {high:.{digits}f}]"


def write_csv(path: str, tables: Iterable[Table]) -> None:
    """Every table as a plain file: a line for each peer and reference."""
    with open(path, "w", newline="") as file:
        out = csv.writer(file)
        numbers = [f"{what}{part}" for what in ("", "ratio_") for part in ("q1", "median", "q3")]
        out.writerow(["row", "peer", "unit", "rounds", "reference", *numbers])
        for lines, references in tables:
            for line in lines:
                for reference in (other for other in lines if other.peer in references):
                    head = [line.row, line.peer, line.unit, len(line.samples), reference.peer]
                    out.writerow([*head, *spread(line.samples), *spread(ratios(line, reference))])


BLUE, ORANGE = "#0072B2", "#E69F00"  # of Okabe and Ito, who chose them for every eye


def write_chart(path: str, tables: Iterable[Table]) -> None:
    """A bar for each peer: its median ratio to the first reference, on a logarithmic scale from 1 on."""
    from matplotlib.figure import Figure

    comparisons = [table for table in tables if table[0][0].unit == "ms" and table[1]]
    if not comparisons:
        print("no chart: none of these rows compares peers", file=sys.stderr)
        return
    sizes = [len(lines) for lines, _ in comparisons]
    figure = Figure(figsize=(9, 0.26 * sum(sizes) + 0.75 * len(sizes) + 0.4), layout="constrained")
    axes = figure.subplots(len(sizes), squeeze=False, height_ratios=sizes, sharex=True)[:, 0]
    for ax, (lines, references) in zip(axes, comparisons, strict=True):
        (reference,) = [line for line in lines if line.peer == references[0]]
        medians = [statistics.median(ratios(line, reference)) for line in lines]
        names = [line.peer for line in lines]
        colours = [BLUE if name.startswith("microgd") else ORANGE for name in names]
        bars = ax.barh(names, [m - 1.0 for m in medians], left=1.0, color=colours)
        ax.bar_label(bars, [f"{m:.3g}" for m in medians], padding=4, fontsize=8)
        ax.set(xscale="log", title=f"{lines[0].row}: time in units of {references[0]}")
        ax.title.set(fontsize=9, fontweight="bold")
        ax.tick_params(labelsize=8)
        ax.invert_yaxis()
        ax.axvline(1.0, color="black", linewidth=1)
        ax.margins(x=0.15)
        ax.spines[["top", "right", "left"]].set_visible(False)
    axes[-1].set_xlabel("left of 1: faster; right of 1: slower", fontsize=8)
    figure.savefig(path)


# A script of benchmarks --------------------------------------------------------------------------


def run(
    description: str | None, packages: Iterable[str], rows: Iterable[Row], measures: Iterable[Measure]
) -> None:
    """What every script of benchmarks does: make the peers, measure, show, write files."""
    wanted = options(description)
    print(versions(packages))
    asked = [row for row in rows if wanted.only in row.name]
    made = [(row, peers_of(row)) for row in (one_for_each_set_of_peers(asked) if wanted.quick else asked)]
    settle(wanted)
    tables: list[Table] = []
    for row, peers in made:
        references = [peer for peer in row.references if peer in peers]
        tables.append((measure(row.name, peers, 0.1 if wanted.quick else wanted.seconds), references))
        show(*tables[-1])
    for table in () if wanted.quick else measures:
        if wanted.only in table.name:
            tables.append((table.lines(), table.references))
            show(*tables[-1])
    if wanted.csv:
        write_csv(wanted.csv, tables)
    if wanted.chart:
        write_chart(wanted.chart, tables)


def options(description: str | None) -> argparse.Namespace:
    """The options that every script of benchmarks has."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=2.0, help="for each peer in a row (default 2)")
    parser.add_argument(
        "--quick", action="store_true", help="a short look at each set of peers: a smoke test"
    )
    parser.add_argument("--only", default="", metavar="TEXT", help="only the rows with this in their name")
    parser.add_argument("--csv", metavar="FILE", help="write the tables to this file as well")
    parser.add_argument("--chart", metavar="FILE", help="draw the ratios as bars: .svg, .png or .pdf")
    parser.add_argument("--no-gc", action="store_true", help="with the garbage collector off")
    parser.add_argument(
        "--cpu-time",
        action="store_true",
        help="count the processor's time, not the clock's: on a busy machine",
    )
    return parser.parse_args()


def settle(options: argparse.Namespace) -> None:
    """The same state of the process for every peer; to be called when all are imported and made."""
    global clock
    gc.collect()
    gc.freeze()
    if options.no_gc:
        gc.disable()
    if options.cpu_time:
        clock = time.process_time
    np.ones(3_000_000)  # freed at once: from now on the C library keeps freed arrays of this size for reuse
