"""Claims about limits: what they imply after finitely many steps, and runs that are too short for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sympy import Eq

from boundkit.papers import statement, statements
from boundkit.query import bind
from boundkit.statement.vocabulary import tau, tightness
from boundkit.statement.words.shared import loss
from boundkit.statement.words.stochastic import limit_loss
from boundkit.verify import Report, Verdict, verify
from boundkit.verify.horizon import long_enough, too_short
from boundkit.verify.observe import Observations

MAP: dict[str, Any] = {"data": "sphere:n=12,d=3,seed=0", "seed": 24, "trials": 10, "b": 11, "exit_margin": 4}
NETWORK: dict[str, Any] = {
    "data": "orthonormal:n=2",
    "activation": "tanh",
    "k": 400,
    "trials": 12,
    "steps": 250,
    "b": 2,
    "exit_margin": 2,
    "output_std": "1/2000",
    "feature_level": "7/20",
    "jacobian_level": "1/2",
    "loss_level": 3,
}
THEOREM_2: dict[str, Any] = {
    "data": "orthonormal:n=5,seed=7",
    "activation": "z*tanh(z)",
    "level": "relaxed",
    "step_size": "1/800",
    "k": 500,
    "steps": 200,
    "trials": 12,
    "b": 2,
    "exit_margin": 10,
    "output_std": "1/1000",
    "hidden_row_slack": 1,
    "output_column_slack": 1,
    "power": 2,
}


def limit_of(report: Report) -> Any:
    """The verdict on the limit; None where it was not on trial."""
    return next((item for item in report.claims if item.label == "limit"), None)


def test_every_claim_of_every_paper_is_on_trial() -> None:
    """No sampler is missing."""
    assert not [(s.id, c.label) for s in statements() for c in s.claims if c.experiment == "unobserved"]


def test_a_limit_says_what_the_paper_says() -> None:
    """The claim stays the limit, whatever is tried in its place; its consequence is as doubtful as it is long."""
    for item in statements():
        for claim in (claim for claim in item.claims if claim.observable == limit_loss):
            assert claim.relation == Eq(limit_loss, 0)
            assert claim.bound == 0
            assert claim.template.rhs.xreplace({tightness: 1}) != 0
            assert claim.doubt.free_symbols


def test_the_loss_of_a_composite_map_tends_to_zero() -> None:
    """450 steps of SGD with 11 of 12 samples are enough, and a loss that falls as fast as any can is rejected."""
    found = limit_of(verify("sgd22.d.general", steps=450, **MAP))
    assert (found.verdict, found.twin_rejected, found.trials) == (Verdict.CONSISTENT, True, 10)


def test_a_run_that_is_too_short_says_how_long_it_takes() -> None:
    """(1 - q)^(3 tau/4) is at most 1/20 at the number of steps that is named, and not one tenth before it."""
    short = verify("sgd22.d.general", steps=100, **MAP)
    assert limit_of(short) is None
    assert short.reason.startswith("limit is not on trial: its consequence after 100 steps has probability 0.")
    needed = int(short.reason.split()[-2])
    assert limit_of(verify("sgd22.d.general", steps=needed, **MAP)).verdict is Verdict.CONSISTENT
    assert limit_of(verify("sgd22.d.general", steps=needed * 9 // 10, **MAP)) is None


def test_trials_with_little_doubt_are_tried_without_the_others() -> None:
    """sgd22 Theorem 1, single samples: the six trials of the steep map are fast, those of the random map are not."""
    given = {"c_start": "81/51200", "c_step": "281/1000", "C": "9/16"}
    report = verify("sgd22.thm1", data="sphere:n=6,d=4,seed=0", trials=12, steps=300, exit_margin=2, assume=given)
    assert limit_of(report).trials == 6
    assert limit_of(report).verdict is Verdict.CONSISTENT


def test_what_belongs_to_the_doubtful_trials_goes_with_them() -> None:
    """Rows, groups and failures of the trials kept, which leave at most their own doubt; others are left alone."""
    honest = statement("sgd22.d.general")
    claim = replace(honest.claim("limit"), doubt=loss)
    binding = bind(honest, data="sphere:n=12,d=3,seed=0", parameters={"b": 11, "exit_margin": 4})
    never = float("nan")
    seen = Observations(
        (3, 5, 8),
        {
            tau: np.array([[0.0, 1.0]]),
            limit_loss: np.array([[never, 1.0], [never, 2.0], [3.0, never]]),  # seen at the last step of each
            loss: np.array([[0.5, 0.01], [0.5, 0.2], [0.04, 0.5]]),
        },
        broken=(5, 8),
        groups=(0, 1, 2),
        upper={limit_loss: np.array([[4.0], [5.0], [6.0]])},
    )
    part, doubt = long_enough(claim, binding, seen)
    assert (part.trials, part.groups, part.broken, doubt) == ((3, 8), (0, 2), (8,), 0.04)
    np.testing.assert_array_equal(part.values[loss], [[0.5, 0.01], [0.04, 0.5]])
    np.testing.assert_array_equal(part.values[tau], [[0, 1]])
    np.testing.assert_array_equal(part.upper[limit_loss], [[4], [6]])
    certain, least = long_enough(replace(claim, doubt=loss / 10), binding, seen)
    assert (certain, least) == (seen, pytest.approx(0.02))
    assert long_enough(replace(claim, stated=None), binding, seen) == (seen, 0.0)
    said = too_short(claim, binding, replace(seen, values={**seen.values, loss: np.full((3, 2), 0.2)}))
    assert "after 1 steps has probability 0.8; 0.95 takes 2 steps" in said


def test_a_false_limit_is_violated() -> None:
    """A network said to be twenty times faster than it is has not come as near to zero: violated, and replayed."""
    honest = statement("sgd22.d.width")
    claim = honest.claim("limit")
    false = replace(claim, template=claim.template.subs(tightness, 20 * tightness))
    assert verify(honest, **NETWORK).verdict is Verdict.CONSISTENT
    report = verify(replace(honest, claims=(false,)), **NETWORK)
    assert report.verdict is Verdict.VIOLATED, report
    assert "replayed" in report.reason


def test_theorem_2_of_sgd_at_a_given_step_and_rate() -> None:
    """sgd22 Theorem 2 prints neither: a rate that is there is consistent, one that is not is violated."""
    known = {"c": 10, "C": 1, "c_d": "1/10"}
    slow, fast = (verify("sgd22.thm2", assume={**known, "c_rate": rate}, **THEOREM_2) for rate in ("1/50", "1/2"))
    assert slow.verdict is Verdict.CONSISTENT, slow
    assert {item.label: item.twin_rejected for item in slow.claims} == {"limit": True, "rate": True}
    assert fast.verdict is Verdict.VIOLATED, fast
