"""Which levels make sense for a statement, and which results support it."""

from __future__ import annotations

from boundkit.errors import BadInput, unknown
from boundkit.papers import statement as find
from boundkit.statement import Statement

RELAXED, SCALING = "relaxed", "scaling"
LEVELS = ("literal", "certificate", "lemma", RELAXED, SCALING)
TRAINS = ("training", "sample")  # experiments that train
DRAWS = (*TRAINS, "initialisation", "kernels", "weights")  # that start from random networks of any width
VARIED = "n"  # what grows at level scaling unless another name is given


def levels(statement: Statement) -> tuple[str, ...]:
    """The levels at which `statement` can be put on trial, in the order of `LEVELS`.

    >>> levels(find("os19.thm6_2.refined"))
    ('literal', 'certificate', 'lemma', 'relaxed', 'scaling')
    >>> levels(find("os19.lem6_12"))
    ('literal', 'lemma')
    """
    trains = any(claim.experiment in TRAINS for claim in statement.claims)
    limited = any(item.role == "width" for item in statement.hypotheses)
    drawn = any(claim.experiment in DRAWS for claim in statement.claims)
    possible = {
        "literal": any(claim.experiment != "unobserved" for claim in statement.claims),
        "certificate": trains and certificate_of(statement) is not None,
        "lemma": bool(supporting(statement)),
        RELAXED: trains and limited,
        SCALING: drawn and limited,
    }
    return tuple(level for level in LEVELS if possible[level])


def require_level(statement: Statement, level: str, *, vary: str = VARIED) -> None:
    """BadInput unless `statement` can be put on trial at `level`, and `vary` is left alone where nothing varies."""
    if level not in LEVELS:
        raise unknown("level", level, LEVELS)
    possible = levels(statement)
    if level not in possible:
        words = f"{statement.id} can be verified at: {', '.join(possible)}"
        raise BadInput("level", level, words if possible else f"{statement.id} makes no claim")
    if vary != VARIED and level != SCALING:
        raise BadInput("vary", vary, "is for level scaling")


def certificate_of(statement: Statement) -> Statement | None:
    """The deterministic theorem behind a statement: its certificate, or itself if its conditions are measured."""
    if statement.certificate is not None:
        return find(statement.certificate)
    return statement if any(item.role == "run" for item in statement.hypotheses) else None


def concerned(statement: Statement, level: str) -> tuple[Statement, ...]:
    """The statement and all others that a trial at this level is about."""
    theorem = certificate_of(statement) if level == "certificate" else None
    return (statement, *((theorem,) if theorem else ()), *(supporting(statement) if level == "lemma" else ()))


def bounded(statement: Statement, level: str, *, chosen: bool) -> tuple[Statement, ...]:
    """Those whose conditions on the width a trial evaluates before anything runs; `chosen` if the caller names it."""
    asked = {"certificate": () if chosen else (statement,), "lemma": supporting(statement)}.get(level, (statement,))
    roles = {item.id: {hypothesis.role for hypothesis in item.hypotheses} for item in asked}
    return tuple(item for item in asked if "width" in roles[item.id] and "run" not in roles[item.id])


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
