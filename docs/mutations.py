"""`python -m docs.mutations`: the mutation run over every statement of `tables/verification.toml`, as a page.

It takes minutes, so that the page is kept and written anew by this command only.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

from boundkit.campaign import Campaign, Cell, read_campaign
from boundkit.campaign.task import arguments
from boundkit.errors import BoundkitError
from boundkit.papers import statement
from boundkit.render.layout import Table
from boundkit.verify import Verdict, verify
from boundkit.verify.mutations import Mutant, mutants
from boundkit.version import __version__

ROOT = Path(__file__).parent.parent
SPEC = ROOT / "tables" / "verification.toml"
PAGE = ROOT / "docs" / "mutations.md"
FATES = ("caught", "no power", "loose", "minor")
TEXT = """# Mutations

Would the verifier notice a wrong constant? In every statement that the campaign `tables/verification.toml` finds
consistent, each number of each claim is multiplied or divided by 2, by 10 and by the factor of the claim's
planted-false twin, whichever tightens the claim, and its bound by the square root of n or by k where they stand in it.
A claim without numbers but signs has an unwritten 1 before its bound, which is changed by 2 and by 10.
A mutant is caught when the trials exclude it with the confidence of every verdict; it has no power when some trials
break it, or their enclosures overlap, without excluding it. The others agree with all that was observed, so that no
test of these observations could tell them from the theorem; they count as not caught all the same. They are loose where
the claim as a whole could be tightened by the same factor, and minor where it could not: the number bears on the bound
by less than its own change, in a small summand, a root, a logarithm or one side of a maximum.

Written by `python -m docs.mutations` with version {version} on {day}: {statements} statements, {mutants} mutants,
{caught} caught.

"""


def run(cell: Cell, trials: int) -> list[Mutant]:
    """The mutants of one cell; none where the statement is not consistent on it, or there are no networks to train."""
    if isinstance(cell.k, str):  # infinite
        return []
    given = arguments(cell)
    try:
        report = verify(cell.statement, level=cell.level, k=cell.k, trials=trials, **given)
        if report.verdict is not Verdict.CONSISTENT or cell.level not in ("literal", "relaxed"):
            return []
        return mutants(statement(cell.statement), level=cell.level, k=cell.k, trials=trials, **given)
    except BoundkitError:
        return []


def everything(campaign: Campaign) -> list[Mutant]:
    """The mutants of all cells, in processes."""
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(run, campaign.cells, campaign.trials))
    return [mutant for part in found for mutant in part]


def page(found: list[Mutant]) -> str:
    """The page: counts for every paper and type of claim, by the change, and the claims that stay uncaught."""
    head = TEXT.format(
        version=__version__,
        day=date.today().isoformat(),
        statements=len({item.statement for item in found}),
        mutants=len(found),
        caught=sum(item.fate == "caught" for item in found),
    )
    first = _table("paper", "type of claim", ((m.statement.split(".")[0], m.kind, m.fate) for m in found))
    second = _table("type of claim", "tightened by", ((m.kind, m.size, m.fate) for m in found))
    parts = {"Papers": first, "Factors": second, "Statements without a caught mutant": _uncaught(found)}
    return head + "\n".join(
        f"## {title}\n\n{table.to('md') if table.rows else 'None.'}\n" for title, table in parts.items()
    )


def _table(outer: str, inner: str, items: Iterable[tuple[str, str, str]]) -> Table:
    counts = Counter(items)
    rows = []
    for first, second in sorted({key[:2] for key in counts}):
        fates = [counts[first, second, fate] for fate in FATES]
        rows.append((first, second, sum(fates), *fates, f"{fates[0] / sum(fates):.2f}"))
    totals = [sum(value for key, value in counts.items() if key[2] == fate) for fate in FATES]
    rows.append(("all", "", sum(totals), *totals, f"{totals[0] / max(sum(totals), 1):.2f}"))
    return Table("mutations", (outer, inner, "mutants", *FATES, "fraction caught"), tuple(rows))


def _uncaught(found: list[Mutant]) -> Table:
    """The claims of these statements, and by which factor each could be tightened before a trial broke it."""
    caught = {item.statement for item in found if item.fate == "caught"}
    counts = Counter((m.statement, m.claim, m.slack) for m in found if m.statement not in caught)
    ordered = sorted(counts.items(), key=str)
    rows = [(id, claim, count, "" if slack is None else f"{slack:.3g}") for (id, claim, slack), count in ordered]
    return Table("uncaught", ("statement", "claim", "mutants", "slack"), tuple(rows))


def main() -> int:
    """Run all mutants and write the page."""
    PAGE.write_text(page(everything(read_campaign(SPEC))), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
