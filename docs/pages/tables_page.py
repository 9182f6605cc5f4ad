"""The tables of `tables/`, on one page."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from boundkit.render.layout import Table
from boundkit.render.tables import table
from docs.pages.markdown import grid, plain, section

SPECS = Path(__file__).parents[2] / "tables"


def specified() -> Iterator[tuple[Path, tuple[str, ...], Table]]:
    """Every specification of a table, the formats in which it is kept, and the table; campaigns are left out."""
    for spec in sorted(SPECS.glob("*.toml")):
        settings = tomllib.loads(spec.read_text(encoding="utf-8"))
        if "table" not in settings:
            continue
        yield spec, tuple(settings["formats"]), table(settings["table"], **settings.get("arguments", {}))


def tables_page() -> str:
    """Each table under the name of its specification; the errata stand on the pages of the papers."""
    shown = ((spec.stem, made) for spec, _, made in specified() if made.name != "errata")
    return "# Tables\n\n" + "".join(section(name, _cells(made)) for name, made in shown)


def _cells(made: Table) -> list[str]:
    return grid(made.columns, (["" if cell is None else plain(str(cell)) for cell in row] for row in made.rows))
