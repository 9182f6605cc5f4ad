"""The pages that are made when the site is built: statements, papers, tables, the decision table, the reference."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from boundkit.papers import papers, statements
from docs.pages.choice_page import choice_tables
from docs.pages.paper_page import paper_page
from docs.pages.reference import reference_pages
from docs.pages.statement_page import statement_page
from docs.pages.tables_page import tables_page


def pages() -> Iterator[tuple[str, str]]:
    """Path below the folder of the site, and content, of every page."""
    for item in statements():
        yield f"statements/{item.id}.md", statement_page(item)
    for paper in papers():
        yield f"statements/{paper.key}.md", paper_page(paper)
    yield "statements/choice.inc", choice_tables("statements/")
    yield "reference/tables.md", tables_page()
    for name, content in reference_pages():
        yield f"reference/{name}", content


def write(folder: Path) -> None:
    """Write every page that is new or has changed, and remove what is no page any more."""
    made = {folder / path: content for path, content in pages()}
    for path, content in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            path.write_text(content, encoding="utf-8")
    for parent in {path.parent for path in made}:
        for path in set(parent.iterdir()) - made.keys():
            path.unlink()
