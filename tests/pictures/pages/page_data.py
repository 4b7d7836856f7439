"""The data in a page, as its scripts read them, for the tests of pages."""

import html.parser
import json
import math
import re

import numpy as np

from microgd.pictures.numbers import described, number
from microgd.pictures.pages.mathml import text_of


def data_of(page):
    """The data in a Page, with the texts and the exact numbers of every line."""
    data = json.loads(re.search(r'id="data">(.*?)</script>', page.html, re.DOTALL)[1])
    runs = data.get("runs", [data])
    lines = [line for run in runs for frame in run["frames"] for line in frame["lines"]]
    for extra in data.get("chains", {}).values():
        lines += extra["lines"]
    for frame in runs[0]["frames"]:
        if "question" in frame:
            lines += frame["question"]["lines"] + frame["question"]["hint"]
    for line in lines:
        line["text"] = "".join(
            text_of(part, lambda slot: shown(slot, data["numbers"])) for part in line["parts"]
        )
        last = line["parts"][-1]
        if line["kind"] in ("result", "local") and isinstance(last, dict):
            line["exact"] = exact_of(data["numbers"][last["number"]])
    return data


def shown(slot, table):
    """A slot as text, as numbers.py writes it; or the words for the sign of a number."""
    if "sign of" in slot:
        x = exact_of(table[slot["sign of"]])
        if not math.isfinite(x):
            return slot["otherwise"]
        return slot["positive" if x > 0 else "negative" if x < 0 else "zero"]
    x = exact_of(table[slot["number"]])
    return f"({number(x)})" if slot["brackets"] and np.ndim(x) == 0 and x < 0 else described(np.array(x))


def exact_of(x):
    """A number of the table; an array as nested lists."""
    if isinstance(x, dict):
        return np.reshape([exact_of(entry) for entry in x["entries"]], x["shape"]).tolist()
    return float(x)


def texts(frame):
    """The lines of a frame as a person reads them, derivatives with their plain spaces."""
    return [line["text"].replace("\N{NO-BREAK SPACE}", " ") for line in frame["lines"]]


def exact(frame):
    """The numbers of a frame, to the last bit."""
    return [line["exact"] for line in frame["lines"] if "exact" in line]


class Parsed(html.parser.HTMLParser):
    """The tags and the links of a Page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.links = [], []
        self.feed(page.html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href", "xlink:href")]
