"""Compiled programs run in the browser: their sources with arguments go there, their numbers come back."""

import json

import numpy as np

from microgd.autodiff.trees import tree_leaves

WRITTEN = "x => Array.from(x.length === undefined ? [x] : x, y => Object.is(y, -0) ? '-0' : String(y))"


def argument(x):
    """A number or an array as JavaScript, an array of small integers as an Int32Array."""
    entries = json.dumps(np.ravel(x).tolist())
    if not np.shape(x):
        return entries[1:-1]
    is_small = np.asarray(x).dtype.kind in "iu" and np.max(np.abs(x), initial=0) < 2**31
    return f"new {'Int32Array' if is_small else 'Float64Array'}({entries})"


def call(step, args):
    """An expression that calls the newest program of a compiled function; its value is texts of numbers."""
    return f"({step.javascript})({', '.join(map(argument, tree_leaves(args)))}).map({WRITTEN})"


def numbers(written):
    return [np.array([float(x.replace("Infinity", "inf")) for x in out]) for out in written]


def run(window, step, *args):
    """Call a compiled function here and in the page: (its results, those of the page), flat."""
    here = [np.ravel(x) for x in tree_leaves(step(*args))]
    return here, numbers(window.driver.execute_script(f"return {call(step, args)};"))


def thrown(window, step, *args):
    """The error that the program throws with these arguments, each a text of JavaScript."""
    call = f"({step.javascript})({', '.join(args)})"
    return window.driver.execute_script(
        f"try {{ {call}; }} catch (error) {{ return String(error); }} return '';"
    )


def ulps(here, there):
    """The largest difference, in units in the last place."""
    same = (here == there) | (np.isnan(here) & np.isnan(there))
    return np.max(np.where(same, 0.0, np.abs(here - there)) / np.spacing(np.abs(here)), initial=0.0)
