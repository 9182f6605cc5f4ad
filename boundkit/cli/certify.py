"""`boundkit certify`: one network, decided by its initialisation."""

from __future__ import annotations

from typing import Any

from boundkit.cli import options
from boundkit.cli.failures import DONE, NOT_APPLICABLE
from boundkit.cli.output import emit, fields


@options.command("certify")
@options.data()
@options.activation(required=True)
@options.whole("--k", "The width.", required=True)
@options.whole("--seed", "Seed of the initialisation.", default=0)
@options.choice("--device", "auto", "cpu", "cuda", default="auto", help="Where to compute.")
@options.settings
def command(
    data: str,
    activation: str,
    k: int,
    seed: int,
    device: str,
    parameters: dict[str, Any],
    assume: dict[str, str],
    as_json: bool,
) -> int:
    """Measure the conditions of a deterministic theorem on one draw of the weights."""
    from boundkit.activations import activation as find_activation
    from boundkit.data import dataset
    from boundkit.errors import BadInput
    from boundkit.render.trial_documents import certificate_document
    from boundkit.verify import certify

    if assume:
        raise BadInput("assume", next(iter(assume)), "certificates have no open constants")
    chosen, points = find_activation(activation), dataset(data)
    found = certify(data=points, activation=chosen, k=k, seed=seed, device=device, **parameters)
    document = certificate_document(found, data=points, activation=chosen, k=k)
    verdict = "CERTIFIED" if found.certified else f"NOT CERTIFIED: {found.failing} fails"
    title = f"{found.theorem} on {points.name}, {chosen.name}: {verdict}"
    shown = [(name, value) for name, value in document.items() if name not in ("theorem", "data", "activation")]
    emit(document, lambda: fields(title, shown), as_json=as_json)
    return DONE if found.certified else NOT_APPLICABLE
