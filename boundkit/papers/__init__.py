"""What each paper says: one folder a paper. Statements and derivations only, no numerics."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from boundkit.errors import unknown
from boundkit.statement import Chain, Paper, Registry, Statement

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
    activation: str | None = None,
    depth: str | None = None,
    network: str | None = None,
    trained: str | None = None,
    algorithm: str | None = None,
) -> list[Statement]:
    """The statements that fit every filter given (all by default); BadInput for a value that no statement has.

    `activation` is `any`, `smooth`, `lipschitz` or the one activation that a statement is about, such as `relu`;
    `depth` is `two layers`, `deep`, `one layer` or `any`. `network`, `trained` and `algorithm` are parts of the
    setting's description, such as `hidden` or `stochastic`.

    >>> [item.id for item in statements(paper="os19", kind="corollary", form="sharpened")]
    ['os19.corI_2.sharpened', 'os19.cor6_11.sharpened']
    """
    return REGISTRY.select(
        paper=paper,
        kind=kind,
        form=form,
        constants=constants,
        activation=activation,
        depth=depth,
        network=network,
        trained=trained,
        algorithm=algorithm,
    )


def statement(id: str | Statement) -> Statement:
    """The statement with this id; BadInput with near matches otherwise.

    >>> statement("os19.thm2_1").source.label
    'Theorem 2.1'
    """
    return id if isinstance(id, Statement) else REGISTRY.get(id)


def chains() -> list[Chain]:
    """The theorems whose lemmas can be swapped, with the lemmas that fit each place of their proofs.

    >>> [chain.id for chain in chains() if "eigenvalue" in chain.places]
    ['os19.thm2_1', 'os19.thm2_3', 'os19.thm2_5', 'sgd22.thm2.repaired']
    """
    return [chain for key in KEYS for chain in getattr(import_module(f"boundkit.papers.{key}"), "CHAINS", ())]


def swap(id: str, **lemmas: str) -> Statement:
    """The theorem with this id along its own proof, with other lemmas in the places named.

    BadInput for a theorem that is no chain of lemmas, a place that its proof lacks, a lemma that does not fit there.

    >>> from boundkit.query import required_width
    >>> on = {"data": "orthonormal:n=4", "activation": "softplus", "delta": 1}
    >>> required_width(swap("os19.thm2_1"), **on).width == required_width("os19.thm2_1.tracked", **on).width
    True
    >>> required_width(swap("os19.thm2_1", eigenvalue="os19.def6_1"), **on).width
    428298
    """
    known = {chain.id: chain for chain in chains()}
    if id not in known:
        raise unknown("theorem", id, known)
    return known[id].swap(**lemmas)
