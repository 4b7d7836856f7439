"""All benchmarks: eager and compiled microgd beside their peers, one table for each piece of work.

    pip install -e ".[benchmark]"
    python tests/benchmarks/run.py                                  # about five minutes
    python tests/benchmarks/run.py --quick                          # a minute, a smoke test
    python tests/benchmarks/run.py --only "vector net" --seconds 1
    python tests/benchmarks/run.py --csv all.csv --chart all.svg

eager.py, compiled.py and gpt.py have the rows, and can be run alone; harness.py says how to read the tables.
"""

from __future__ import annotations

import compiled
import eager
import gpt
import harness

if __name__ == "__main__":
    rows = harness.in_one_table([*compiled.rows(), *eager.rows(), *gpt.rows()])
    packages = dict.fromkeys([*compiled.PACKAGES, *eager.PACKAGES, *gpt.PACKAGES])
    harness.run(__doc__, packages, rows, [*compiled.MEASURES, *eager.MEASURES, *gpt.MEASURES])
