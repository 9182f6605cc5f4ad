"""How Sphinx builds the site."""

from __future__ import annotations

import sys
from pathlib import Path

from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parents[1]))

from boundkit import __version__
from docs.pages import write
from docs.pages.docstrings import process_docstring

project = "boundkit"
author = "boundkit developers"
copyright = author
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.mathjax"]
myst_enable_extensions = ["amsmath", "dollarmath", "fieldlist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
smartquotes = False  # it would turn the primes of derivatives into quotation marks
default_role = "code"
autodoc_typehints = "signature"
autodoc_member_order = "bysource"

html_copy_source = False
html_theme = "alabaster"
html_theme_options = {"description": "Theorems about wide networks, on trial", "page_width": "1100px"}
html_sidebars = {"statements/**": ["about.html", "searchfield.html", "relations.html"]}


def setup(app: Sphinx) -> None:
    """Make the pages before Sphinx looks for them."""
    app.connect("builder-inited", lambda started: write(Path(started.srcdir)))
    app.connect("autodoc-process-docstring", process_docstring)
