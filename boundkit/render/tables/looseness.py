"""How loose the theorems are: required, certified and observed width on the same data, from the verifier's records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from boundkit.errors import BadInput
from boundkit.papers import statement as find
from boundkit.render.documents import integer
from boundkit.render.layout import SIGNIFICANT, Cell, Table
from boundkit.render.tables.arguments import no_more

WIDTHS = ("theory_width", "certified_width", "empirical_width")
LONGEST = 300  # digits of a width
COLUMNS = (
    "statement",
    "data",
    "activation",
    "theory width",
    "certified width",
    "empirical width",
    "theory / certified",
    "theory / empirical",
    "certified / empirical",
)


def looseness(*, records: str | Path | Iterable[Mapping[str, Any]] | None = None, **others: Any) -> Table:
    """One row a record, with the ratios of its widths; what was not measured is an empty cell.

    A record has `statement`, `data`, `activation`, `theory_width`, `certified_width`, `empirical_width`, all but the
    first optional; a path names the store of a campaign that measured looseness. Raises BadInput for a store or
    record that cannot be read.

    >>> looseness(records=[{"statement": "os19.thm2_1", "theory_width": 400, "empirical_width": 8}]).rows[0][3:]
    (400, None, 8, None, '50', None)
    """
    no_more(others, "records")
    if records is None:
        raise BadInput("records", None, "is needed for this table: the store of a campaign with the level looseness")
    found = _read(records) if isinstance(records, str | Path) else records
    return Table("looseness", COLUMNS, tuple(_row(number, item) for number, item in enumerate(found, start=1)))


def _read(path: str | Path) -> list[Any]:
    """The rows of a store about looseness, the last of each cell."""
    from boundkit.campaign import Store, compared_widths

    store = Store(path)
    store.refresh()
    if not store.path.is_file():
        raise BadInput("records", path, "is not a readable file; boundkit campaign makes one")
    found = compared_widths(store.rows)
    if not found:
        raise BadInput("records", path, "holds no looseness: run a campaign with that level")
    return found


def _row(number: int, record: Any) -> tuple[Cell, ...]:
    if not isinstance(record, Mapping) or not isinstance(record.get("statement"), str):
        raise BadInput("records", f"record {number}", "must be an object that names its statement")
    theory, certified, empirical = (_width(number, name, record.get(name)) for name in WIDTHS)
    ratios = (_ratio(theory, certified), _ratio(theory, empirical), _ratio(certified, empirical))
    names = (None if record.get(name) is None else str(record[name]) for name in ("data", "activation"))
    return (find(record["statement"]).id, *names, integer(theory), integer(certified), integer(empirical), *ratios)


def _width(number: int, name: str, value: Any) -> int | None:
    """A width, or the decimal string in which documents write a large one."""
    if value is None:
        return None
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not (text.isdecimal() and len(text) <= LONGEST and int(text) > 0):
        reason = f"has no width in {name}: it must be a positive integer of at most {LONGEST} digits, or null"
        raise BadInput("records", f"record {number}", reason)
    return int(text)


def _ratio(larger: int | None, smaller: int | None) -> str | None:
    return None if larger is None or smaller is None else f"{larger / smaller:.{SIGNIFICANT}g}"
