"""The JSON documents of certificates and verifications."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from boundkit.render.documents import Document, above, below, integer, number

if TYPE_CHECKING:
    from boundkit.activations import Activation
    from boundkit.data import Dataset
    from boundkit.verify import Certificate, Report


def certificate_document(certificate: Certificate, *, data: Dataset, activation: Activation, k: int) -> Document:
    """A certificate for one network; measured numbers are JSON numbers."""
    return {
        "certified": certificate.certified,
        "theorem": certificate.theorem,
        "data": data.name,
        "activation": activation.name,
        "width": integer(k),
        "alpha": number(certificate.alpha),
        "beta": number(certificate.beta),
        "lipschitz": number(certificate.lipschitz),
        "misfit": number(certificate.misfit),
        "margin": number(certificate.margin),
        "rate": below(certificate.rate),
        "radius": above(certificate.radius),
        "step_size": below(certificate.step_size),
        "failing": certificate.failing,
    }


def verify_document(report: Report) -> Document:
    """The verdict with its evidence."""
    return {
        "statement": report.statement,
        "level": report.level,
        "verdict": str(report.verdict),
        "reason": report.reason,
        "data": report.data,
        "activation": report.activation,
        "relaxed": list(report.relaxed),
        "assumed": dict(report.assumed),
        "parameters": dict(report.parameters),
        "width": integer(report.width),
        "infinite": report.infinite,
        "trials": report.trials,
        "violations": report.violations,
        "interval": None if report.interval is None else [number(end) for end in report.interval],
        "failure_allowed": number(report.failure_allowed),
        "scaling": None if report.scaling is None else _scaling_document(report.scaling),
        "claims": [
            {
                "statement": item.statement,
                "label": item.label,
                "verdict": str(item.verdict),
                "trials": item.trials,
                "violations": item.violations,
                "worst_margin": number(item.worst_margin),
                "worst_trial": item.worst_trial,
                "worst_step": item.worst_step,
                "slack": number(item.slack),
                "twin_rejected": item.twin_rejected,
                "note": item.note or None,
            }
            for item in report.claims
        ],
        "witness": report.witness,
        "seed": integer(report.seed),
        "steps": report.steps,
        "step_size": below(report.step_size),
        "backend": report.backend,
        "seconds": number(report.seconds),
    }


def _scaling_document(seen: Mapping[str, Any]) -> Document:
    """Widths of all trials at all sizes, and the exponents."""
    rows = {name: [[integer(width) for width in row] for row in seen[name]] for name in ("widths", "required")}
    return {**seen, **rows}
