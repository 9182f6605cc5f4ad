"""Finding statements by id, and listing them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from boundkit.errors import unknown
from boundkit.statement.classes import activation_class, depth
from boundkit.statement.statement import Paper, Statement


class Registry:
    """All statements by id; a paper's are loaded when one of them is asked for.

    `loaders` gives the statements of each paper by its key, which is also the first part of its ids.
    """

    def __init__(self, loaders: Mapping[str, Callable[[], Iterable[Statement]]]) -> None:
        self._loaders = dict(loaders)
        self._loaded: dict[str, dict[str, Statement]] = {}

    def _paper(self, key: str) -> dict[str, Statement]:
        if key not in self._loaded:
            found: dict[str, Statement] = {}
            for item in self._loaders[key]():
                if item.id in found or not item.id.startswith(f"{key}."):
                    raise ValueError(f"{item.id} is defined twice or belongs to another paper than {key}")
                found[item.id] = item
            self._loaded[key] = found
        return self._loaded[key]

    def _all(self) -> list[Statement]:
        return [item for key in self._loaders for item in self._paper(key).values()]

    def require_names(self) -> None:
        """ValueError unless every statement that a statement names exists."""
        known = {item.id for item in self._all()}
        for item in self._all():
            quoted = (name for name in item.quotes if "." in name)
            general = None if item.special_case is None else item.special_case.of
            for name in (*item.uses, *quoted, item.improves, item.certificate, general):
                if name is not None and name not in known:
                    raise ValueError(f"{item.id} names {name}, which does not exist")

    def get(self, id: str) -> Statement:
        """The statement with this id; BadInput with near matches otherwise."""
        key = id.partition(".")[0] if isinstance(id, str) else ""
        found = self._paper(key).get(id) if key in self._loaders else None
        if found is None:
            raise unknown("statement", id, [item.id for item in self._all()])
        return found

    def papers(self) -> dict[str, Paper]:
        """The papers, by key."""
        return {item.source.paper.key: item.source.paper for item in self._all()}

    def select(self, **wanted: str | None) -> list[Statement]:
        """The statements that fit every filter of `FILTERS` given: `network`, `trained` and `algorithm` are parts of
        the setting's description, all others are exact. BadInput for a value that no statement has.
        """
        given = {name: value for name, value in wanted.items() if value is not None}
        if set(given) == {"paper"} and given["paper"] in self._loaders:
            return list(self._paper(given["paper"]).values())  # the others need not be loaded
        chosen = everything = self._all()
        for name, value in given.items():
            if name not in FILTERS:
                raise unknown("filter", name, FILTERS)
            available = {FILTERS[name](item) for item in everything} - {""}
            fits = {value} & available or {known for known in available if name in IN_SETTING and value in known}
            if not fits or not value:
                raise unknown(name, value, available)
            chosen = [item for item in chosen if FILTERS[name](item) in fits]
        return chosen


def _of_setting(name: str) -> Callable[[Statement], str]:
    return lambda item: "" if item.setting is None else str(getattr(item.setting, name))


IN_SETTING = ("network", "trained", "algorithm")
FILTERS: dict[str, Callable[[Statement], str]] = {
    "paper": lambda item: item.source.paper.key,
    "kind": lambda item: item.kind,
    "form": lambda item: item.form,
    "constants": lambda item: item.constant_status,
    "activation": activation_class,
    "depth": depth,
    **{name: _of_setting(name) for name in IN_SETTING},
}
