"""Adverse residuals and matrices of the lemmas on information spaces: bounds are attained, a tenth less is refuted."""

from dataclasses import replace

import numpy as np
import pytest
from sympy import Rational

from boundkit.data import dataset
from boundkit.papers import statement
from boundkit.query import bind
from boundkit.statement.vocabulary import lambda_, tightness
from boundkit.verify import Verdict, verify
from boundkit.verify.judge import RELATIVE_TOLERANCE, uncertainty
from boundkit.verify.observe.generalisation.spaces import _pair, _roots

DATA = "mixture:K=2,C=1,n=20,d=4,orthonormal=true"
ATTAINED = [
    "def2_1",
    "def6_1",
    "lem6_2",
    "lem6_3.sharpened",
    "lem6_4.sharpened",
    "lem6_5",
    "cor6_6",
]


@pytest.mark.parametrize("name", ATTAINED)
def test_bounds_that_are_attained_refute_anything_sharper(name):
    """Every claim holds, and with a bound that is a tenth sharper every one is violated and replayed."""
    target = statement(f"ofls19.{name}")
    assert verify(target, data=DATA, activation="sin", trials=12).verdict is Verdict.CONSISTENT
    sharper = tuple(
        replace(item, template=item.template.xreplace({tightness: tightness * Rational(11, 10)}))
        for item in target.claims
    )
    report = verify(replace(target, claims=sharper), data=DATA, activation="sin", trials=12)
    assert [item.verdict for item in report.claims] == [Verdict.VIOLATED] * len(sharper), report.claims
    assert all("replayed" in item.note for item in report.claims)


def test_an_adverse_pair_grows_as_fast_as_the_bound():
    """A = a e_1 e_1^T, B = A + e e_2 e_1^T: the squared gain is 1 + eta e^2 a^2 / (a^2 + e^2), worked out by hand."""

    def norm(matrix):
        return float(np.linalg.norm(matrix, 2))

    found = {s.name: v for s, v in _pair({}, np.random.default_rng(0), norm, adverse=True).items()}
    a, apart = found["left_norm"], found["matrix_distance"]
    assert found["right_norm"] == pytest.approx(np.hypot(a, apart))
    assert found["asymmetric_gain"] ** 2 == pytest.approx(1 + found["step_size"] * apart**2 * a**2 / (a**2 + apart**2))
    close = {s.name: v for s, v in _roots(np.random.default_rng(0), norm, shape=0).items()}
    assert close["root_distance"] == pytest.approx(np.sqrt(close["matrix_distance"]), rel=1e-4)


def test_only_what_a_claim_mentions_blurs_it():
    """lambda of a mixture is an enclosure of 0, of which nothing is known relatively; claims without it keep power."""
    target, data = statement("ofls19.thmA_1"), "mixture:K=2,C=1,n=60,d=4"
    binding = bind(target, data=dataset(data), activation_name="sin", parameters={"k": 10})
    others = [symbol for symbol in binding.values if symbol != lambda_]
    assert uncertainty(binding, others) < RELATIVE_TOLERANCE
    assert uncertainty(binding, [*others, lambda_]) > 0.5
    report = verify(target, data=data, activation="sin", trials=24)
    assert report.verdict is Verdict.CONSISTENT, report.reason


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("thm6_21", {"output_scale": 500000, "misfit_ratio": "1.001", "normalised_cutoff": ".3"}),
        ("d.paired", {}),
        ("lem6_18.repaired", {"output_scale": 100, "hidden_radius": ".03", "row_radius": ".04", "output_radius": 0}),
        ("d.certificate", {"output_scale": 100, "curvature_allowance": ".05"}),
    ],
)
def test_bounds_on_the_error_below_one_are_told_apart_from_their_twins(name, given):
    """With 6000 samples the bounds say something, at a width that meets all conditions, and they hold."""
    duration = {"learning_duration": 3, "fit_precision": ".05"} if name in ("thm6_21", "d.paired") else {"steps": 60}
    data = "mixture:K=2,C=1,n=6000,d=2,orthonormal=true"
    report = verify(f"ofls19.{name}", data=data, activation="sin", k=64, trials=4, failure=".05", **duration, **given)
    assert report.verdict is Verdict.CONSISTENT, report.reason
    assert all(item.twin_rejected for item in report.claims)
