"""Every statement of zczg18, sgd22 and os19 answers: a number, an open expression, or a specific reason."""

import math
from fractions import Fraction

import numpy as np
import pytest

from boundkit.data import dataset
from boundkit.errors import BadInput
from boundkit.papers import statement, statements
from boundkit.query import guarantee, required, required_width
from boundkit.query.bind import accepted
from boundkit.statement import VOCABULARY

GIVEN = {
    "b": 2, "L": 1, "T": 100, "delta": 1, "failure": "1/10", "target_risk": "1/100", "loss_exponent": "1/2",
    "loss_floor": "1/2", "loss_growth": 1, "loss_cap": 1, "loss_growth_cap": 2, "margin_loss_smoothness": 2,
    "loss_at_zero": 1, "initial_loss_bound": 10, "max_width": 1000, "layer_width": 1000, "last_width": 1000,
    "depth_index": 1, "effective_separation": "1/4", "preactivation_threshold": "1/100", "vector_sparsity": 10,
    "masks": 1, "pl_constant": 1, "loss_smoothness": 1, "growth": 2, "growth_sure": 2, "batch_count": 10,
    "output_std": "1/100", "output_weights_bound": 2, "hidden_row_slack": 3, "output_column_slack": 3,
    "chernoff_failure": "1/100", "gaussian_dimension": 10, "target_loss": "1/100",
}  # fmt: skip
SPHERE = dataset("sphere:n=4,d=8,seed=0")
SHORT_LABELS = dataset(X=SPHERE.X, y=SPHERE.y / np.linalg.norm(SPHERE.y) * 0.99)
SAMPLES = {"zczg18": dataset("lifted:n=8,d=6,mu=0.3,phi=0.5"), "sgd22": SHORT_LABELS, "os19": SPHERE}
ALL = [item for paper in SAMPLES for item in statements(paper=paper)]

TETRAHEDRON = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / math.sqrt(3)
FOUR_LABELS = np.random.default_rng(0).standard_normal(4)
TETRA = dataset(X=TETRAHEDRON, y=FOUR_LABELS / np.linalg.norm(FOUR_LABELS))


def asked(item):
    """Data and activation that fit a statement."""
    paper = item.source.paper.key
    labels = {hypothesis.label for hypothesis in item.hypotheses}
    wants_relu = any("relu" in label for label in labels)
    activation = "relu" if paper == "zczg18" or wants_relu else "softplus" if paper == "os19" else "gelu"
    return {"data": SAMPLES[paper], "activation": activation}


def given(*items):
    """The parameters that some of these statements take."""
    taken = set().union(*map(accepted, items))
    return {name: value for name, value in GIVEN.items() if name in taken}


def open_constants(item, value=1):
    """A value for every constant that a statement leaves open."""
    return {constant.symbol.name: value for constant in item.constants if constant.status == "open"}


def specific(reason):
    """Whether a reason says what fails, what is open, what is missing, or that nothing is bounded."""
    words = ("hypothesis ", "the paper gives no value for", "bounds no width", "order of the width", "wait for a run")
    return any(word in reason for word in words) or "must" in reason or "needs" in reason


@pytest.mark.parametrize("item", ALL, ids=lambda item: item.id)
def test_every_width_is_a_number_an_expression_or_a_reason(item):
    """Open constants give an expression, and a number once assumed; nothing is 'not measured yet'."""
    plain = required_width(item, **asked(item), **given(item))
    answers = [plain]
    if open_constants(item):
        answers.append(required_width(item, assume=open_constants(item), **asked(item), **given(item)))
    for answer in answers:
        assert "cannot be measured" not in (answer.reason or "")
        if answer.width is None:
            assert specific(answer.reason), answer.reason
        else:
            kept = {label for label in answer.failing if label in {check.label for check in answer.checks}}
            decided = {check.label: check.holds for check in answer.checks}
            assert all(decided[label] is None for label in kept)
            assert answer.minimal is not None
    if plain.width is None and plain.reason.startswith("the paper gives no value"):
        assert plain.width_expression


@pytest.mark.parametrize("item", [s for s in ALL if s.hypotheses], ids=lambda item: item.id)
def test_every_guarantee_is_consistent_with_its_hypotheses(item):
    """At width 10^6 nothing is guaranteed when a hypothesis certainly fails, and the reason names one that does."""
    found = guarantee(item, k=10**6, **asked(item), **given(item))
    decided = {check.label: check.holds for check in found.checks}
    if False in decided.values():
        assert found.step_size is found.radius is found.rate is None
        assert "fails" in found.reason or "must" in found.reason or "needs" in found.reason
        assert found.reason.startswith("hypothesis") is False or decided[found.reason.split()[1]] is False
    elif not found.applicable:
        assert any(label in found.reason for label in found.failing)


ONE_HIDDEN_LAYER = [
    ("logistic", 2, 1, "arc:n=2,mu=0.5,phi=1.2", 6.7e24, 4.6e5),
    ("logistic", 4, 0.5, "arc:n=4,mu=0.5,phi=0.6", 1.9e30, 3.1e7),
    ("logistic", 8, 0.5, "arc:n=8,mu=0.5,phi=0.6", 3.5e34, 1.0e9),
    ("logistic", 100, 0.5, "lifted:n=100,d=60,mu=0.3", 1.1e50, 3.6e14),
    ("squared_hinge", 2, 1, "arc:n=2,mu=0.5,phi=1.2", 1.2e24, 1.0e5),
    ("squared_hinge", 4, 0.5, "arc:n=4,mu=0.5,phi=0.6", 2.1e29, 3.8e6),
    ("squared_hinge", 8, 0.5, "arc:n=8,mu=0.5,phi=0.6", 2.2e33, 7.1e7),
    ("squared_hinge", 100, 0.5, "lifted:n=100,d=60,mu=0.3", 7.9e47, 2.6e12),
]


@pytest.mark.parametrize(("loss", "n", "phi", "data", "width", "iterations"), ONE_HIDDEN_LAYER)
def test_explicit_one_hidden_layer_theorem(loss, n, phi, data, width, iterations):
    """DRV-15: the evaluations of width and iterations, to the two digits that the specification prints."""
    target = math.log(2) / n if loss == "logistic" else 1 / n
    answer = required_width(
        f"zczg18.d.one_hidden_layer_{loss}",
        data=data,
        activation="relu",
        failure="0.1",
        target_risk=target,
        effective_separation=phi,
    )
    assert f"{answer.width:.1e}" == f"{width:.1e}"
    assert f"{answer.iterations:.1e}" == f"{iterations:.1e}"
    assert (answer.binding, answer.status, answer.width % 2) == ("width_travel", "tracked", 0)
    smoothness = 0.25 if loss == "logistic" else 2
    assert float(answer.step_size) == pytest.approx(1 / (2 * smoothness * answer.width))
    tau = phi**1.5 / ((192 * math.sqrt(2)) ** 3 * n**4.5)
    assert float(answer.radius) == pytest.approx(tau)


def test_data_without_the_separation_are_refused_by_name():
    """A separation larger than that of the data, or data without labels 1 and -1, fail under the hypothesis's name."""
    item = "zczg18.d.one_hidden_layer_logistic"
    arguments = {"activation": "relu", "failure": "0.1", "target_risk": "0.1"}
    wide = required_width(item, data="arc:n=4,mu=0.5,phi=0.6", effective_separation="0.61", **arguments)
    assert wide.reason == "hypothesis separation_labels fails"
    unlabelled = required_width(item, data="sphere:n=4,d=5", effective_separation="0.1", **arguments)
    assert "labels 1 and -1" in unlabelled.reason
    crooked = required_width("zczg18.asm3_4", data="sphere:n=4,d=5", activation="relu")
    assert "last coordinate" in guarantee("zczg18.asm3_4", data="sphere:n=4,d=5", k=10).reason
    assert crooked.width is None


def test_theorems_of_orders_say_so():
    """Theorem 4.1 of zczg18 has an order of the width, not a number, even though it restricts the shape."""
    item = statement("zczg18.thm4_1.tracked")
    found = required_width(item, **asked(item), **given(item))
    assert found.width is None
    assert found.width_expression.startswith("k of order L**38")
    solved = required(found.statement, solve_for="k", **asked(item), **given(item))
    assert solved.smallest is None
    assert "order of the width" in solved.reason


@pytest.mark.parametrize(
    ("width", "boxed", "chernoff", "total"), [(8000, 2.45e3, 0.0068, 0.194), (16000, 2.42e3, 1.9e-5, 0.144)]
)
def test_a_priori_example_of_the_network_theorem(width, boxed, chernoff, total):
    """D6 on the tetrahedron with GELU: requirement, failure of the Chernoff bound and total failure."""
    given = {
        "data": TETRA,
        "activation": "gelu",
        "failure": "0.01",
        "exit_margin": 10,
        "b": 4,
        "output_std": repr(1 / (math.sqrt(3 * width) * math.log(width))),
    }
    smallest = required("sgd22.thm2.repaired", solve_for="chernoff_failure", k=width, **given).smallest
    assert float(smallest) == pytest.approx(chernoff, rel=0.02)
    found = guarantee("sgd22.thm2.repaired", k=width, chernoff_failure=smallest, **given)
    assert 1 - float(found.probability) == pytest.approx(total, abs=6e-4)
    checks = {check.label: check for check in found.checks}
    assert float(checks["width"].right) == pytest.approx(boxed, rel=0.005)
    assert all(checks[label].holds for label in ("width", "chernoff_width", "wide", "batch"))
    # for single samples the requirement doubles
    single = guarantee("sgd22.thm2.repaired", k=width, chernoff_failure=smallest, **{**given, "b": 1})
    doubled = next(float(check.right) for check in single.checks if check.label == "width")
    assert doubled == pytest.approx(2 * float(checks["width"].right))


def test_smallest_width_with_the_width_on_both_sides():
    """The levels of sgd22.thm2.repaired depend on the width; at the answer all hold, one below one certainly fails."""
    given = {"failure": "0.01", "exit_margin": 10, "b": 1, "output_std": "0.0001", "chernoff_failure": "0.01"}
    answer = required_width("sgd22.thm2.repaired", data=TETRA, activation="gelu", **given)
    assert answer.minimal is True
    below = guarantee("sgd22.thm2.repaired", data=TETRA, activation="gelu", k=answer.width - 1, **given)
    assert {check.label: check.holds for check in below.checks}[answer.binding] is False
    solved = required("sgd22.thm2.repaired", solve_for="k", data=TETRA, activation="gelu", **given)
    assert (solved.smallest, solved.largest) == (answer.width, None)


def test_smallest_batch_at_a_width():
    """What batch is needed at a width: the requirement falls like b^(-1/2), so three samples where two are too few."""
    given = {"failure": "0.01", "exit_margin": 20, "output_std": "0.001", "chernoff_failure": "0.05", "k": 6500}
    found = required("sgd22.thm2.repaired", solve_for="b", data=TETRA, activation="gelu", **given)
    needed = [
        next(float(c.right) for c in guarantee(found.statement, data=TETRA, activation="gelu", b=b, **given).checks
             if c.label == "width")
        for b in (1, 2, 3, 4)
    ]  # fmt: skip
    assert found.smallest == 3
    assert [bound > 6500 for bound in needed] == [True, True, False, False]
    assert (found.largest, set(found.binding)) == (4, {"width", "batch"})


def test_the_gap_of_the_exit_margin_is_a_largest_value():
    """A larger zeta needs more width in proportion: the largest zeta at a width re-checks, slightly more fails."""
    given = {"failure": "0.01", "b": 4, "output_std": "0.01", "chernoff_failure": "0.05", "k": 20000}
    arguments = {"data": TETRA, "activation": "gelu", **given}
    found = required("sgd22.thm2.repaired", solve_for="exit_margin", **arguments)
    assert found.largest > 10
    good = guarantee("sgd22.thm2.repaired", exit_margin=found.largest, **arguments)
    worse = guarantee("sgd22.thm2.repaired", exit_margin=found.largest * (1 + 1 / 2**30), **arguments)
    assert "width" not in good.failing
    assert "width" in worse.failing


def test_the_scale_of_the_hidden_weights_is_solved_for():
    """The kernels are measured anew at every scale: at the smallest one that is found all holds, just below not."""
    given = {"failure": "0.01", "exit_margin": 10, "b": 4, "output_std": "0.01", "chernoff_failure": "0.05", "k": 20000}
    arguments = {"data": TETRA, "activation": "gelu", **given}
    found = required("sgd22.thm2.repaired", solve_for="hidden_std", **arguments)
    good = guarantee("sgd22.thm2.repaired", hidden_std=found.smallest, **arguments)
    worse = guarantee("sgd22.thm2.repaired", hidden_std=found.smallest * (1 - Fraction(1, 10**5)), **arguments)
    assert found.binding
    assert not set(found.binding) & set(good.failing)
    assert set(found.binding) & set(worse.failing)
    assert found.smallest < 1 < found.largest == 2**16


def test_the_power_is_solved_for():
    """Four rows in three dimensions have a singular first power, erf no even coefficients: the third power serves."""
    arguments = {"data": TETRA, "activation": "erf", "k": 10**18, "exit_margin": 10, "b": 4,
                 "output_std": "0.01", "hidden_row_slack": 3, "output_column_slack": 3}  # fmt: skip
    found = required("sgd22.d.width_hermite", solve_for="power", **arguments)
    holds = {t: "width" not in guarantee("sgd22.d.width_hermite", power=t, **arguments).failing for t in (1, 2, 3, 4)}
    assert (found.smallest, found.largest) == (3, 3)
    assert holds == {1: False, 2: False, 3: True, 4: False}


def certificate_numbers():
    """The measured initialisation of the tetrahedron instance of the specification, width 1000."""
    from scipy.special import ndtr

    generator = np.random.default_rng(1)
    W = generator.standard_normal((1000, 3))
    V = generator.standard_normal((1, 1000)) / (math.sqrt(3 * 1000) * math.log(1000))
    h = W @ TETRAHEDRON.T
    A = h * ndtr(h)
    singular = np.linalg.svd(A, compute_uv=False)
    return {
        "feature_min_0": singular[-1],
        "feature_norm_0": singular[0],
        "output_weights_norm_0": np.linalg.norm(V),
        "loss_0": ((V @ A - TETRA.y) ** 2).sum() / 4,
    }


CERTIFICATES = [(4, 0.2355, 2.8405e-3, 0.5317), (2, 0.3398, 1.3396e-3, 0.2472), (1, 0.4953, 6.1333e-4, 0.1108)]


@pytest.mark.parametrize(("b", "radius", "step", "rate"), CERTIFICATES)
def test_quantities_of_a_run_may_be_given(b, radius, step, rate):
    """D2 with the measured initialisation: step size and rate of the specification's table; else, what is needed."""
    radius *= 1.001  # the table's radius is rounded, and is the smallest that the start admits
    given = {"data": TETRA, "activation": "gelu", "b": b, "radius": radius, "outer_radius": 2 * radius}
    measured = certificate_numbers()
    assert measured["feature_min_0"] == pytest.approx(19.6557, abs=1e-4)
    found = guarantee("sgd22.d.network", k=1000, **measured, **given)
    assert found.applicable
    assert float(found.step_size) == pytest.approx(step, rel=3e-3)
    assert float(found.rate) == pytest.approx(rate, rel=3e-3)
    del given["radius"]
    solved = required("sgd22.d.network", solve_for="radius", k=1000, **measured, **given)
    assert 1.999 * radius < float(solved.largest) < 2 * radius
    assert "radii" in solved.binding
    unmeasured = guarantee("sgd22.d.network", k=1000, radius=radius, **given)
    assert unmeasured.step_size is None
    assert unmeasured.reason == "hypothesis radius_below_safe needs feature_min_0"


def test_where_no_width_is_bounded_one_may_be_chosen():
    """The answer says so, and which functions take it; with one the statement is decided."""
    given = {"data": TETRA, "activation": "gelu", "b": 1}
    answer = required_width("sgd22.d.network", **given)
    assert answer.reason == "sgd22.d.network bounds no width; guarantee and verify take one as k"
    assert guarantee("sgd22.d.network", k=1000, **given).width == 1000


def test_largest_step_size():
    """A step size that the setting leaves free is the largest that the hypotheses allow: phi n^(2p-7) L^-8 b^2 / m."""
    item = statement("zczg18.lem5_7")
    given = {"failure": "1/10", "loss_exponent": "1/2", "L": 2, "b": 4}
    data = SAMPLES["zczg18"]
    found = guarantee(item, data=data, k=1000, assume={"C": 1}, **given)
    phi = min(np.linalg.norm(x - z) for x in data.X[data.y > 0] for z in data.X[data.y < 0])
    assert float(found.step_size) == pytest.approx(phi * 8**-6 * 2**-8 * 4**2 / 1000)
    assert next(check.holds for check in found.checks if check.label == "step")
    solved = required(item, solve_for="step_size", data=data, k=1000, assume={"C": 1}, **given)
    assert solved.smallest is None
    assert float(solved.largest) == pytest.approx(float(found.step_size), rel=1e-10)
    above = guarantee(item, data=data, k=1000, assume={"C": 1}, step_size=float(found.step_size) * 1.001, **given)
    assert above.failing == ("step",)


@pytest.mark.parametrize(
    ("variable", "changes", "message"),
    [
        ("power", {}, "unknown"),
        ("tau", {}, "unknown"),
        ("k", {"b": None}, "b = None"),
    ],
)
def test_what_cannot_be_solved_for_is_said(variable, changes, message):
    """Words that the statement does not have, and missing values, are one line."""
    given = {"failure": "0.01", "exit_margin": 10, "b": 4, "output_std": "0.01", "chernoff_failure": "0.05", "k": 8000}
    given = {name: value for name, value in {**given, **changes}.items() if name != variable and value is not None}
    with pytest.raises(BadInput, match=message):
        required("sgd22.thm2.repaired", solve_for=variable, data=TETRA, activation="gelu", **given)


def test_missing_parameters_are_named():
    """A width that needs a degree, an exit margin or a batch size asks for it by name."""
    with pytest.raises(BadInput) as caught:
        required_width("sgd22.thm2.repaired", data=TETRA, activation="gelu", failure="0.1", chernoff_failure="0.1", b=1)
    assert caught.value.argument == "output_std"
    assert VOCABULARY["output_std"].meaning in str(caught.value)


@pytest.mark.parametrize("paper", list(SAMPLES))
def test_table_of_widths(paper):
    """The table of widths has a row for every theorem that bounds one; sgd22 has none for ReLU, which has a kink."""
    from boundkit.render.tables import table

    options = {"data": SAMPLES[paper], "paper": paper}
    bounding = [statement(row[0]) for row in table("widths", activation="relu", **options).rows]
    relu, smooth = (
        table("widths", activation=activation, **options, **given(*bounding)).rows for activation in ("relu", "gelu")
    )
    assert len(relu) == len(smooth) > 8
    assert any(row[2] is not None for row in relu) == (paper != "sgd22")
    assert paper == "zczg18" or any(row[2] is not None for row in smooth)
