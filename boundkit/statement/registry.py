"""Finding statements by id, and listing them."""

from __future__ import annotations

from collections.abc import Iterable

from boundkit.errors import BadInput, unknown
from boundkit.statement.statement import Paper, Statement


class Registry:
    """All statements of all papers, by id, in the order in which the papers state them."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self._by_id: dict[str, Statement] = {}
        for item in statements:
            if item.id in self._by_id:
                raise ValueError(f"{item.id} is defined twice")
            self._by_id[item.id] = item
        for item in self._by_id.values():
            for name in (*item.uses, item.improves, item.certificate):
                if name is not None and name not in self._by_id:
                    raise ValueError(f"{item.id} names {name}, which does not exist")

    def get(self, id: str) -> Statement:
        """The statement with this id; BadInput with near matches otherwise."""
        if not isinstance(id, str) or id not in self._by_id:
            raise unknown("statement", id, self._by_id)
        return self._by_id[id]

    def papers(self) -> dict[str, Paper]:
        """The papers, by key."""
        return {item.source.paper.key: item.source.paper for item in self._by_id.values()}

    def select(self, *, paper: str | None = None, kind: str | None = None) -> list[Statement]:
        """The statements of a paper and of a kind; BadInput for a name that none has."""
        chosen = list(self._by_id.values())
        if paper is not None and paper not in self.papers():
            raise unknown("paper", paper, self.papers())
        kinds = {item.kind for item in chosen}
        if kind is not None and kind not in kinds:
            raise unknown("kind", kind, kinds)
        return [item for item in chosen if paper in (None, item.source.paper.key) and kind in (None, item.kind)]


def require_statement(value: object) -> Statement:
    """`value` itself when it is a statement; BadInput otherwise."""
    if not isinstance(value, Statement):
        raise BadInput("statement", value, "must be the id of a statement or a Statement")
    return value
