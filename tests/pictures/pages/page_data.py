"""The data in a page, as its scripts read them, for the tests of pages."""

import html.parser
import json
import re


def data_of(page):
    """The data in a page, as the browser reads it."""
    return json.loads(re.search(r'id="data">(.*?)</script>', page.read_text("utf-8"), re.DOTALL)[1])


def texts(frame):
    """The lines of a frame as a person reads them, derivatives with their plain spaces."""
    return [line["text"].replace("\N{NO-BREAK SPACE}", " ") for line in frame["lines"]]


def exact(frame):
    """The numbers of a frame, to the last bit."""
    return [float(line["exact"]) for line in frame["lines"] if "exact" in line]


class Parsed(html.parser.HTMLParser):
    """Tags with their attributes, and the text outside of scripts and styles."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.links = [], []
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href", "xlink:href")]
