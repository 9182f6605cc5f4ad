"""Words that only some papers need, by subject; importing this package enters them all into the vocabulary."""

from boundkit.statement.words import (
    deep,
    features,
    generalisation,
    generalisation_lemmas,
    landscape,
    landscape_data,
    landscape_lemmas,
    landscape_points,
    shared,
    stochastic,
    stochastic_network,
)

__all__ = [
    "deep",
    "features",
    "generalisation",
    "generalisation_lemmas",
    "landscape",
    "landscape_data",
    "landscape_lemmas",
    "landscape_points",
    "shared",
    "stochastic",
    "stochastic_network",
]
