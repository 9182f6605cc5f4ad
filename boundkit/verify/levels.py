"""Which levels make sense for a statement, and which results support it."""

from __future__ import annotations

from boundkit.papers import statement as find
from boundkit.statement import Statement

LEVELS = ("literal", "certificate", "lemma", "relaxed", "scaling")
TRAINS = ("training", "sample")  # experiments that train


def levels(statement: Statement) -> tuple[str, ...]:
    """The levels at which `statement` can be put on trial, in the order of `LEVELS`.

    >>> levels(find("os19.thm6_2.refined"))
    ('literal', 'certificate', 'lemma', 'relaxed', 'scaling')
    >>> levels(find("os19.lem6_12"))
    ('literal', 'lemma')
    """
    trains = any(claim.experiment in TRAINS for claim in statement.claims)
    bounded = any(item.role == "width" for item in statement.hypotheses)
    possible = {
        "literal": any(claim.experiment != "unobserved" for claim in statement.claims),
        "certificate": trains and certificate_of(statement) is not None,
        "lemma": bool(supporting(statement)),
        "relaxed": trains and bounded,
        "scaling": trains and bounded,
    }
    return tuple(level for level in LEVELS if possible[level])


def certificate_of(statement: Statement) -> Statement | None:
    """The deterministic theorem behind a statement: its certificate, or itself if its conditions are measured."""
    if statement.certificate is not None:
        return find(statement.certificate)
    return statement if any(item.role == "run" for item in statement.hypotheses) else None


def supporting(statement: Statement) -> tuple[Statement, ...]:
    """The statement and all that its proof uses, as far as they make claims that are observed without training."""
    found: dict[str, Statement] = {}

    def visit(item: Statement) -> None:
        if item.id not in found:
            found[item.id] = item
            for name in item.uses:
                visit(find(name))

    visit(statement)
    return tuple(
        item
        for item in found.values()
        if {claim.experiment for claim in item.claims} - {"unobserved"}
        and all(claim.experiment not in TRAINS for claim in item.claims)
    )
