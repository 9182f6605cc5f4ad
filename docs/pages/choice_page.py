"""The decision table of "Which theorem applies to me?", read off settings and hypotheses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import get_args

from boundkit.attack import eligible
from boundkit.papers import statement, statements
from boundkit.render.citation import proof_tree
from boundkit.render.expressions import text
from boundkit.statement import Form, Setting, Statement
from boundkit.statement.classes import activation_class, depth
from docs.pages.markdown import grid, link, plain, section

MAIN = ("theorem", "corollary", "meta-theorem")
FORMS: tuple[Form, ...] = get_args(Form)
Situation = tuple[str, str, str, str, str]


def choice_tables(folder: str) -> str:
    """An overview of the situations, then for each its families of theorems, the best form first."""
    groups: dict[Situation, list[list[Statement]]] = {}
    for family in families():
        groups.setdefault(situation(family[0]), []).append(family)
    names = {key: f"Situation {number}" for number, key in enumerate(groups, 1)}
    overview = grid(
        ("", "depth", "network", "trained", "algorithm", "loss", "theorems"),
        [(f"[{name}](#{_anchor(name)})", *map(plain, key), str(len(groups[key]))) for key, name in names.items()],
    )
    parts = [
        section(name, [f"{plain('; '.join(key))}\n", *_families(groups[key], folder)]) for key, name in names.items()
    ]
    return "\n".join(overview) + "\n\n" + "".join(parts)


def situation(item: Statement) -> Situation:
    """What a user knows of the own training: depth, network, trained layers, algorithm, loss."""
    setting = item.setting or Setting()
    return depth(item), setting.network, setting.trained, setting.algorithm, setting.loss


def families() -> list[list[Statement]]:
    """Main results that ask something of the width, each family with its best form first.

    A family is a printed statement and what improves it in the same situation. A result on a network that is not
    trained counts only if no result on training is proved with it.
    """
    trained = [item for item in statements() if item.setting is not None and item.setting.algorithm != "none"]
    steps = {root(used).id for item in trained for _, used, _ in proof_tree(item)}
    found: dict[tuple[str, Situation], list[Statement]] = {}
    for item in statements():
        if item.setting is None or item.kind not in MAIN or all(h.role != "width" for h in item.hypotheses):
            continue
        if item.setting.algorithm != "none" or root(item).id not in steps:
            found.setdefault((root(item).id, situation(item)), []).append(item)
    return [sorted(family, key=_worth, reverse=True) for family in found.values()]


def root(item: Statement) -> Statement:
    """The statement that a chain of improvements starts from."""
    return item if item.improves is None else root(statement(item.improves))


def _worth(item: Statement) -> tuple[bool, bool, bool, int, int]:
    """Trusted first, then known constants, sound before false or with a gap, then by form, later improvements first."""
    sound = all(erratum.grade not in ("false as printed", "gap") for erratum in item.errata)
    return eligible(item), item.constant_status != "open", sound, FORMS.index(item.form), _improvements(item)


def _improvements(item: Statement) -> int:
    return 0 if item.improves is None else 1 + _improvements(statement(item.improves))


def _families(found: Iterable[list[Statement]], folder: str) -> list[str]:
    rows = [
        (
            " ".join(link(item.id, folder) for item in family),
            plain(family[0].title),
            activation_class(family[0]),
            _needs(family[0], "activation"),
            _needs(family[0], "data"),
            family[0].constant_status,
        )
        for family in found
    ]
    return grid(
        ("theorem, best form first", "it says", "activation", "needs of it", "needs of the data", "constants"), rows
    )


def _needs(item: Statement, role: str) -> str:
    return "; ".join(plain(text(h.relation)) for h in item.hypotheses if h.role == role)


def _anchor(title: str) -> str:
    return re.sub(r"\W+", "-", title.lower())
