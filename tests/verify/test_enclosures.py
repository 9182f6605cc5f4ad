"""What is only enclosed breaks a claim by its lower end, keeps it by its upper end, and otherwise decides nothing."""

import numpy as np
import pytest
import sympy

from boundkit.papers import statement
from boundkit.query import bind
from boundkit.statement import Claim
from boundkit.statement.vocabulary import radius, tau, tightness
from boundkit.statement.words.deep import layer_distance
from boundkit.verify import Verdict
from boundkit.verify.judge import judge
from boundkit.verify.observe import Observations
from boundkit.verify.observe.deep.conditions import along_run
from boundkit.verify.observe.plan import joined
from boundkit.verify.verdict import conclude

ARC = "arc:n=2,mu=0.5,phi=0.9"
BALL = Claim("ball", layer_distance, sympy.Le(layer_distance, 1 / tightness), "training", sympy.Integer(100))


def binding(id="zczg18.d.zero_error"):
    """Any statement about training, bound to two samples."""
    return bind(statement(id), data=ARC, parameters={"k": 10})


def seen(lower, upper):
    """Two trials of three steps whose last distance is enclosed."""
    values = {layer_distance: np.array([[0.0, 0.5, lower], [0.0, 0.4, 0.5]]), tau: np.arange(3.0)[None]}
    return Observations((0, 1), values, upper={layer_distance: np.array([[0.0, 0.5, upper], [0.0, 0.4, 0.6]])})


@pytest.mark.parametrize(
    ("lower", "upper", "verdict", "slack"),
    [
        (0.7, 0.8, Verdict.CONSISTENT, 1.25),
        (0.9, 1.1, Verdict.INCONCLUSIVE, None),
        (1.1, 1.2, Verdict.INCONCLUSIVE, 1 / 0.6),
    ],
)
def test_an_interval_decides_only_on_one_side(lower, upper, verdict, slack):
    """Slack is what the upper ends leave; a violation by the lower end still has to be replayed."""
    tally = judge(BALL, binding(), seen(lower, upper), allowed=0.0)
    result = conclude(tally)
    assert result.verdict is verdict
    assert result.slack == (None if slack is None else pytest.approx(slack, rel=1e-6))
    assert (tally.violations, tally.undecided) == (int(lower > 1), int(lower <= 1 < upper))
    if verdict is Verdict.INCONCLUSIVE and lower < 1:
        assert "enclosures do not decide" in result.note


def test_a_condition_is_met_by_the_upper_end_only():
    """A run whose upper ends leave the ball of radius 1 at the second step is not known to be inside."""
    bound = bind(statement("zczg18.lem5_5.tracked"), data=ARC, parameters={"k": 10}, assume={"C": 1})
    found = seen(0.9, 1.1)
    values = {**found.values, radius: np.float64(1)}
    inside = along_run(bound, (0, 1), values, ())
    doubtful = along_run(bound, (0, 1), values, (), found.upper)
    assert inside.trials == (0, 1)
    assert doubtful.trials == (1,)
    assert doubtful.upper[layer_distance].tolist() == [[0.0, 0.4, 0.6]]


def test_groups_of_trials_keep_their_upper_ends():
    """Joined observations hold both ends."""
    both = joined([seen(0.7, 0.8), seen(0.9, 1.1)])
    assert both.upper[layer_distance][:, 2].tolist() == [0.8, 0.6, 1.1, 0.6]
