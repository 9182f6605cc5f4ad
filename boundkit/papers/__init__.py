"""What each paper says: one folder a paper. Statements and derivations only, no numerics."""

from __future__ import annotations

from boundkit.papers import os19
from boundkit.statement import Paper, Registry, Statement

REGISTRY = Registry(os19.STATEMENTS)


def papers() -> list[Paper]:
    """The encoded papers.

    >>> [paper.key for paper in papers()]
    ['os19']
    """
    return list(REGISTRY.papers().values())


def statements(*, paper: str | None = None, kind: str | None = None) -> list[Statement]:
    """The statements of a paper and of a kind (all by default); BadInput for an unknown one.

    >>> [item.id for item in statements(kind="definition")]
    ['os19.def6_1']
    """
    return REGISTRY.select(paper=paper, kind=kind)


def statement(id: str | Statement) -> Statement:
    """The statement with this id; BadInput with near matches otherwise.

    >>> statement("os19.thm2_1").source.label
    'Theorem 2.1'
    """
    return id if isinstance(id, Statement) else REGISTRY.get(id)
