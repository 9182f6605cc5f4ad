"""What each paper says: one folder a paper. Statements and derivations only, no numerics."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from boundkit.statement import Paper, Registry, Statement

KEYS = ("sjl17", "zczg18", "os19", "ofls19", "sgd22")


def _loader(key: str) -> Callable[[], tuple[Statement, ...]]:
    return lambda: import_module(f"boundkit.papers.{key}").STATEMENTS


REGISTRY = Registry({key: _loader(key) for key in KEYS})


def papers() -> list[Paper]:
    """The encoded papers.

    >>> [paper.key for paper in papers()]
    ['sjl17', 'zczg18', 'os19', 'ofls19', 'sgd22']
    """
    return list(REGISTRY.papers().values())


def statements(
    *,
    paper: str | None = None,
    kind: str | None = None,
    form: str | None = None,
    constants: str | None = None,
    network: str | None = None,
    trained: str | None = None,
    algorithm: str | None = None,
) -> list[Statement]:
    """The statements that fit every filter given (all by default); BadInput for a value that no statement has.

    `network`, `trained` and `algorithm` are parts of the setting's description, such as `hidden` or `stochastic`.

    >>> [item.id for item in statements(paper="os19", kind="corollary", form="sharpened")]
    ['os19.corI_2.sharpened', 'os19.cor6_11.sharpened']
    """
    return REGISTRY.select(
        paper=paper, kind=kind, form=form, constants=constants, network=network, trained=trained, algorithm=algorithm
    )


def statement(id: str | Statement) -> Statement:
    """The statement with this id; BadInput with near matches otherwise.

    >>> statement("os19.thm2_1").source.label
    'Theorem 2.1'
    """
    return id if isinstance(id, Statement) else REGISTRY.get(id)
