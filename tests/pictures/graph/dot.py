"""Pictures of graphs taken apart: nodes, edges and boxes in the DOT, texts in the SVG."""

import re
import xml.etree.ElementTree as ET

SVG = "{http://www.w3.org/2000/svg}"


def nodes_of(picture):
    """Each node's attributes in the DOT, as text: {"value0": 'label="..." color=...'}."""
    found = re.findall(r"^\t(\w+) \[(.*)\]$", picture.source, re.MULTILINE)
    return {node: attributes for node, attributes in found if node not in ("graph", "node", "edge")}


def edges_of(picture):
    """(from, to, attributes) of each edge in the DOT."""
    return re.findall(r"^\t(\w+) -> (\w+) ?(.*)$", picture.source, re.MULTILINE)


def labels_of(picture):
    """Each node's label, as read but for the lines of a card: {"value0": "w|{{data|grad}|{1|0}}"}.

    In a graph that runs down a card has one more pair of braces, which is left out.
    """
    found = {}
    for node, attributes in nodes_of(picture).items():
        label = re.match(r'label=("(?:[^"\\]|\\.)*"|\S+)', attributes)[1]
        text = label.strip('"').replace(r"\ ", " ")
        card = "_op" not in node and not node.endswith("_cut")
        found[node] = text[1:-1] if card and "rankdir=TB" in picture.source else text
    return found


def boxes_of(picture):
    """What is in each box, by its label: {"layer1": ["value0", "value1_op", "value1"]}."""
    found = {}
    for inside in re.findall(r"^\tsubgraph \w+ {\n(.*?)^\t}", picture.source, re.MULTILINE | re.DOTALL):
        label = re.search(r'label=("[^"]*"|\w+)', inside)[1].strip('"').replace(r"\ ", " ")
        found[label] = re.findall(r"^\t\t(\w+)$", inside, re.MULTILINE)
    return found


def texts_of(picture):
    """The texts in the SVG, as a reader sees them."""
    root = ET.fromstring(picture.pipe("svg"))
    return [(text.text or "").replace("\xa0", " ") for text in root.iter(f"{SVG}text")]
