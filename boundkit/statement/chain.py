"""A theorem as a function of the lemmas that its proof uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from boundkit.errors import unknown
from boundkit.statement.statement import Statement


@dataclass(frozen=True)
class Chain:
    """The theorem `id`, and for each place in its proof the lemmas that fit there, the paper's own first.

    `compose` takes one lemma for each place and gives the theorem along the proof that uses them.
    """

    id: str
    places: Mapping[str, tuple[Statement, ...]]
    compose: Callable[..., Statement]

    def swap(self, **lemmas: str) -> Statement:
        """The theorem with the lemmas named by id, the paper's own elsewhere; BadInput for one that does not fit."""
        for place in lemmas:
            if place not in self.places:
                raise unknown("place", place, self.places)
        chosen = {place: own[0] for place, own in self.places.items()}
        for place, id in lemmas.items():
            fitting = {item.id: item for item in self.places[place]}
            if id not in fitting:
                raise unknown(place, id, fitting)
            chosen[place] = fitting[id]
        return self.compose(**chosen)

    def choices(self) -> Iterator[dict[str, str]]:
        """Every combination of lemma ids by place, the paper's own first."""
        for chosen in product(*self.places.values()):
            yield {place: item.id for place, item in zip(self.places, chosen, strict=True)}
