"""How Sphinx builds the guide."""

from __future__ import annotations

from boundkit import __version__

project = "boundkit"
author = "boundkit developers"
copyright = author
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.mathjax"]
myst_enable_extensions = ["amsmath", "dollarmath", "fieldlist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]

html_theme = "alabaster"
html_theme_options = {"description": "Theorems about wide networks, on trial", "page_width": "1100px"}
