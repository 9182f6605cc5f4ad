"""What the tables do with their arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from boundkit.errors import BadInput


def no_more(others: Mapping[str, Any], *known: str) -> None:
    """BadInput for an argument that the table does not take; None counts as not given."""
    given = [name for name, value in others.items() if value is not None]
    if given:
        takes = f"takes {', '.join(known)}" if known else "takes none"
        raise BadInput(given[0], others[given[0]], f"is not used by this table, which {takes}")


def once(data: Any, activation: Any) -> tuple[Any, Any]:
    """Data and activation made once, so that all rows share what is measured on them; BadInput without data."""
    from boundkit.activations import activation as find_activation
    from boundkit.data import dataset

    if data is None:
        raise BadInput("data", None, "is needed for this table, for example sphere:n=20,d=10,seed=0")
    chosen = None if activation is None else find_activation(activation)
    return (dataset(data) if isinstance(data, str) else data), chosen
