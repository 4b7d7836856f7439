"""The look of a graph: colours and line widths of its cards, its font, the measures of a line of text.

Text has a contrast of at least 7 : 1 on every fill. Lines, and text beside them, are of a middle lightness
and are legible on white pages and on dark ones. Roles differ in line width too, for print without colour.
"""

TEXT, LINE, DERIVATIVE, GRADIENT_FILL = "#1a1a1a", "#767676", "#bc5a00", "#fbe3c4"

ROLES = {
    "leaf": {"fillcolor": "#cfe3f5", "color": "#1f77b4", "penwidth": "1.5"},
    "constant": {"fillcolor": "#e3e3e3", "color": "#8c8c8c", "penwidth": "0.75"},
    "result": {"fillcolor": "#ffffff", "color": LINE, "penwidth": "1"},
    "output": {"fillcolor": "#cde9dd", "color": "#0a8060", "penwidth": "2.5"},
    "gradient": {"fillcolor": GRADIENT_FILL, "color": DERIVATIVE, "penwidth": "1.25"},
    "gradient output": {"fillcolor": GRADIENT_FILL, "color": DERIVATIVE, "penwidth": "3"},
}

# The embedded Graphviz knows the widths of Helvetica, not those of a list; it adds sans-serif itself.
FONT = {"fontname": "Helvetica", "fontsize": "11"}
LINE_HEIGHT, FIELD_MARGIN, WIDE_LETTER = 13.2, 8.0, 11.0  # points, at this size of the font

LAYER_BOX = {
    "style": "rounded,filled",
    "color": LINE,
    "penwidth": "0.75",
    "fillcolor": f"{LINE}14",
    "fontcolor": LINE,
    "labelloc": "t",
    "fontsize": "13",
    "margin": "10",
}
