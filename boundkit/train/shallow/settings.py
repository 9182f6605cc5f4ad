"""The settings of the statements, word by word, as networks that can be trained."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from boundkit.errors import BadInput, NotApplicable
from boundkit.statement import Setting
from boundkit.train.shallow.initialise import (
    Balanced,
    NormalHidden,
    NormalOutput,
    PairedHidden,
    PairedSigns,
    Recipe,
    Signs,
    ZeroOutput,
)
from boundkit.train.shallow.network import Shallow
from boundkit.train.shallow.sampling import Batches

Numbers = Mapping[str, float]

LAYERS = {"hidden weights": "hidden", "output weights": "output", "both layers": "both"}
HIDDEN: tuple[tuple[str, Callable[[Numbers], Recipe]], ...] = (
    (r"normal with standard deviation omega_1", lambda given: NormalHidden(_number(given, "hidden_std"))),
    (r"\[G; G\]", lambda given: PairedHidden()),
    (r"standard normal|arbitrary", lambda given: NormalHidden()),
)
OUTPUT: tuple[tuple[str, Callable[[Numbers], Recipe]], ...] = (
    (r"free", lambda given: ZeroOutput()),
    (r"balanced", lambda given: Balanced(_number(given, "norm_y"), int(_number(given, "n")))),
    (r"normal with standard deviation omega_2", lambda given: NormalOutput(_number(given, "output_std"))),
    (r"\[S, -S\]", lambda given: PairedSigns(_number(given, "output_scale"))),
    (r"random signs|any matrix", lambda given: Signs(_number(given, "output_scale"))),
)
ALGORITHMS: tuple[tuple[str, Callable[[Numbers], Batches]], ...] = (
    (r"stochastic gradient descent, one sample a step", lambda given: Batches(1, repetition=True)),
    (
        r"stochastic gradient descent, batches of b samples with repetition",
        lambda given: Batches(int(_number(given, "b")), repetition=True),
    ),
    (r"stochastic gradient descent, batches of b samples", lambda given: Batches(int(_number(given, "b")))),
    (r"gradient descent|least squares|none|any", lambda given: Batches()),
)


def interpret(setting: Setting, *, X: Any, Y: Any, activation: Any, given: Numbers) -> Shallow:
    """The network that a setting describes, on these data; `given` holds the numbers that it names.

    Weights called arbitrary are drawn as a random start would be, so that they do not depend on the sample. Raises
    NotApplicable for a setting that no two-layer network interprets and BadInput for a number that is missing.

    >>> net = interpret(Setting(), X=[[0, 1], [1, 0]], Y=[1, 1], activation="relu", given={"norm_y": 1.5, "n": 2})
    >>> net.trained, net.loss.name, net.batches.size
    ('hidden', 'half sum of squares', None)
    """
    if not setting.network.startswith("two layers"):
        raise NotApplicable("network", f"a setting on {setting.network} is not a two-layer network")
    trained = LAYERS.get(setting.trained)
    if trained is None:
        raise NotApplicable("trained", f"{setting.trained} cannot be trained")
    return Shallow(
        X=X,
        Y=Y,
        activation=activation,
        trained=trained,
        loss=setting.loss,
        hidden=_chosen(HIDDEN, setting.initialisation, given),
        output=_chosen(OUTPUT, setting.output_weights, given),
        batches=_chosen(ALGORITHMS, setting.algorithm, given),
    )


def _chosen(table: tuple[tuple[str, Callable[[Numbers], Any]], ...], words: str, given: Numbers) -> Any:
    for pattern, make in table:
        if re.match(pattern, words):
            return make(given)
    raise NotApplicable("setting", f"{words}: nothing here interprets it")


def _number(given: Numbers, name: str) -> float:
    if name not in given:
        raise BadInput(name, None, "is needed by the setting of this statement")
    return float(given[name])
