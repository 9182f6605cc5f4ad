"""Numbers for every theorem of ofls19 and sjl17: reference values of the specifications, and why there is none."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from boundkit.activations import activation
from boundkit.data import Dataset, dataset
from boundkit.data.origins import Mixture, Planted
from boundkit.errors import BadInput
from boundkit.papers import statement, statements
from boundkit.query import bind, guarantee, required, required_width
from boundkit.query.derive import fixed_by_equations
from boundkit.statement import VOCABULARY

MIXTURE = "mixture:K=2,C=1,n=1000,d=10,orthonormal=true"
GIVEN = {"fit_precision": "0.08", "learning_duration": 2, "failure": "0.05"}
KAPPA_SIN = (1 + math.exp(-2)) / 2


def balanced(n, classes, clusters):
    """The noiseless mixture of the specification: orthonormal centres, clusters of equal size, n samples."""
    centres = np.eye(classes * clusters)
    cluster = np.arange(n) % len(centres)
    origin = Mixture(centres, cluster, classes, 0.0, True)
    return Dataset("balanced", centres[cluster], np.eye(classes)[cluster // clusters], origin)


BALANCED = balanced(1000, 2, 1)
CUTOFF = {"kernel_cutoff": f"{math.sqrt(500 * KAPPA_SIN) * (1 - 1e-9):.15g}"}  # just below both eigenvalues


def number(ball):
    """The midpoint as a float."""
    return float(ball.mid())


def test_training_bound_of_theorem_6_22():
    """sin, Gamma = 2, zeta = 0.08: (6.67) is 0.455 sqrt(n), T = 8, abar = 0.448 (Verify of Theorem 3.2)."""
    given = {name: value for name, value in GIVEN.items() if name != "failure"}
    answer = required_width("ofls19.thm6_22", data=BALANCED, activation="sin", alignment="0.999999", **given, **CUTOFF)
    assert number(answer.bounds["residual"]) / math.sqrt(1000) == pytest.approx(0.455, abs=5e-4)
    assert answer.iterations == 8
    binding = bind(statement("ofls19.thm6_23"), data=BALANCED, activation_name="sin", parameters={**GIVEN, **CUTOFF})
    scale = math.sqrt(2 * math.sqrt(500)) * 1000**0.25
    assert math.sqrt(500 * KAPPA_SIN) / scale == pytest.approx(0.448, abs=5e-4)
    assert number(binding.evaluate(VOCABULARY["output_scale"].symbol, {})) == pytest.approx(
        0.08 / (50 * math.sqrt(math.log(4)))
    )


def test_width_of_6_86():
    """With c = 1 the width (6.86) is about 2e17 for sin and 2.8e18 for softplus."""
    wanted = {"sin": 2e17, "softplus": 2.8e18}
    for name, expected in wanted.items():
        data, kappa = BALANCED, {"sin": KAPPA_SIN, "softplus": 0.293379036}[name]
        cutoff = f"{math.sqrt(500 * kappa) * (1 - 1e-6):.12g}"
        arguments = {"alignment": "0.999999", "kernel_cutoff": cutoff, **GIVEN}
        answer = required_width("ofls19.thm6_23", data=data, activation=name, **arguments)
        formula = 12e7 * 2**4 * 2**4 * 500**2 * 1000**2 * math.log(1000) / (0.08**4 * float(cutoff) ** 8)
        assert answer.width == pytest.approx(formula / 0.999999**4, rel=1e-6)
        assert answer.width == pytest.approx(expected, rel=0.25)
        assert answer.binding == "width"


def test_either_cutoff_gives_the_other():
    """The equation alpha_0 = abar s fixes whichever is not given, and the answers agree."""
    arguments = {"data": MIXTURE, "activation": "sin", **GIVEN}
    first = required_width("ofls19.thm3_2.repaired", kernel_cutoff="16.5", **arguments)
    sizes = dataset(MIXTURE).origin.sizes
    ratio = 16.5 / (1000**0.25 * math.sqrt(2 * math.sqrt(sizes.max())))
    second = required_width("ofls19.thm3_2.repaired", normalised_cutoff=f"{ratio:.17g}", **arguments)
    assert second.width == pytest.approx(first.width, rel=1e-12)
    assert number(first.bounds["test_error"]) == pytest.approx(number(second.bounds["test_error"]), rel=1e-12)


def test_error_bound_of_theorem_3_2():
    """(3.2) evaluated by hand on the exact mixture: bias 0, |J_I^+ y| = sqrt(KC / kappa(1))."""
    answer = required_width("ofls19.thm3_2", data=BALANCED, activation="sin", **GIVEN, **CUTOFF)
    cutoff = math.sqrt(500 * KAPPA_SIN)
    by_hand = 12 * math.sqrt(2 / 1000) * math.sqrt(2 / KAPPA_SIN) + 12 * (1 + 2 * math.sqrt(2) / cutoff) * 0.08
    by_hand += 5 * math.sqrt(math.log(2 / 0.05) / 1000) + 2 * math.exp(-2)
    assert number(answer.bounds["test_error"]) == pytest.approx(by_hand, rel=1e-8)
    assert answer.status == "open"
    assert answer.width_expression.startswith("k >= ")
    assert answer.width_expression.endswith("*C")
    assumed = required_width("ofls19.thm3_2", data=BALANCED, activation="sin", assume={"C": 1}, **GIVEN, **CUTOFF)
    assert assumed.status == "assumed"
    expression = float(answer.width_expression.removeprefix("k >= ").removesuffix("*C"))
    assert assumed.width == pytest.approx(expression, rel=1e-8)


def test_mixture_theorem_with_constants():
    """Theorem A.3 (refined) at sigma = 0: width 1.92e9 B^8 K^8 C^4 Gamma^4 log n / (zeta lambda)^4, and T."""
    answer = required_width("ofls19.thmA_3.refined", data=MIXTURE, activation="sin", **GIVEN)
    formula = 1.92e9 * 2**8 * 2**4 * math.log(1000) / (0.08**4 * KAPPA_SIN**4)
    assert answer.width == pytest.approx(formula, rel=1e-9)
    largest = dataset(MIXTURE).origin.sizes.max()
    assert answer.iterations == math.ceil(2 * 2 * 4 * largest / (1000 * KAPPA_SIN))
    assert answer.applicable


def test_full_rank_corollary_takes_the_whole_space():
    """(3.5): the cutoff is the root of the smallest eigenvalue, and |J_I^+ y|^2 = y^T Sigma^-1 y."""
    data = dataset("digits:n=30,classes=3")
    rho = data.X @ data.X.T
    kernel = math.exp(-1) * np.cosh(rho) * rho
    energy = math.sqrt(np.einsum("ik,ij,jk->", data.y, np.linalg.inv(kernel), data.y))
    least = float(np.linalg.eigvalsh(kernel)[0])
    answer = required_width("ofls19.eq3_4.tracked", data=data, activation="sin", **GIVEN)
    norm = float(np.linalg.norm(data.X, 2))
    formula = 12e7 * 2**4 * 30**2 * 3**4 * norm**4 * math.log(30) / (0.08**4 * least**4)
    assert answer.width == pytest.approx(formula, rel=1e-5)
    error = 12 * math.sqrt(3 / 30) * energy + 12 * (1 + 2 * math.sqrt(3 / least)) * 0.08
    error += 5 * math.sqrt(math.log(40) / 30) + 2 * math.exp(-2)
    assert number(answer.bounds["test_error"]) == pytest.approx(error, rel=1e-5)


def test_kernel_facts_of_theorem_a_1():
    """The sharpened Theorem A.1: bounds by cluster sizes and centres, energy sqrt(KC / lambda)."""
    answer = guarantee("ofls19.thmA_1.sharpened", data=MIXTURE, activation="sin", k=10, output_scale=1)
    sizes = dataset(MIXTURE).origin.sizes
    assert answer.applicable
    assert number(answer.bounds["rank"]) == 4
    assert number(answer.bounds["smallest"]) == pytest.approx(KAPPA_SIN * sizes.min())
    assert number(answer.bounds["largest"]) == pytest.approx(KAPPA_SIN * sizes.max())
    assert number(answer.bounds["energy"]) == pytest.approx(math.sqrt(2 / KAPPA_SIN))


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"data": "sphere:n=20,d=10"}, "hypothesis label_norm fails"),
        ({"kernel_cutoff": "1000"}, "hypothesis kernel_cutoff_range fails"),
        ({"activation": "relu"}, "hypothesis smooth_activation fails"),
        ({"fit_precision": "0.6"}, "hypothesis precision_at_most_half fails"),
    ],
)
def test_a_theorem_that_does_not_apply_says_why(change, part):
    """The reason names the hypothesis, never a quantity that cannot be measured."""
    arguments = {"data": MIXTURE, "activation": "sin", "kernel_cutoff": "16.5", **GIVEN, **change}
    answer = required_width("ofls19.thm3_2.repaired", **arguments)
    assert answer.width is None
    assert answer.reason == part


@pytest.mark.parametrize("id", ["thm3_2.repaired", "eq3_3", "thm6_23", "d.floors"])
def test_without_a_bound_on_the_activation_there_is_no_cutoff(id):
    """The kink of ReLU leaves B infinite, and with it the cutoff that a normalised one stands for: no error."""
    answer = required_width(
        f"ofls19.{id}", data=MIXTURE, activation="relu", normalised_cutoff="0.1",
        **GIVEN, **({"alignment": "0.9"} if id in ("thm6_23", "d.floors") else {}),
    )  # fmt: skip
    assert answer.width is None
    assert answer.reason == "hypothesis smooth_activation fails"


def test_a_cutoff_at_an_eigenvalue_and_data_without_centres_are_named():
    """Both reasons are specific."""
    found = required_width(
        "ofls19.thm3_2.repaired", data=BALANCED, activation="sin", kernel_cutoff=f"{math.sqrt(500 * KAPPA_SIN):.17g}",
        **GIVEN,
    )  # fmt: skip
    assert "choose one between eigenvalues" in found.reason
    assert found.width is not None  # which does not depend on the spaces, as the bound on the error does
    assert "test_error" not in found.bounds
    found = required_width("ofls19.thmA_3.tracked", data="digits:n=30,classes=3", activation="sin", clusters=1,
                           **GIVEN)  # fmt: skip
    assert "no known cluster centres" in found.reason


def test_what_the_data_say_cannot_be_contradicted():
    """K, the clusters and the noise of a mixture come from the data."""
    with pytest.raises(BadInput, match="K = 3: contradicts the data, where it is 2"):
        required_width("ofls19.thm3_2", data=MIXTURE, activation="sin", K=3, **GIVEN, **CUTOFF)
    with pytest.raises(BadInput, match="learning_duration = None: is needed"):
        required_width("ofls19.thm3_2", data=MIXTURE, activation="sin", fit_precision="0.1", failure="0.1", **CUTOFF)


def test_largest_cutoff_is_the_root_of_the_smallest_eigenvalue_in_use():
    """At a given width the cutoff lies between what the width allows and what the labels need."""
    found = required("ofls19.thm6_23", solve_for="kernel_cutoff", data=MIXTURE, activation="sin", k=10**18,
                     alignment="0.99", **GIVEN)  # fmt: skip
    sizes = dataset(MIXTURE).origin.sizes
    assert float(found.largest) == pytest.approx(math.sqrt(KAPPA_SIN * sizes.min()), rel=1e-9)
    formula = 12e7 * 2**8 * sizes.max() ** 2 * 1000**2 * math.log(1000) / (0.99**4 * 0.08**4 * 1e18)
    assert float(found.smallest) == pytest.approx(formula**0.125, rel=1e-9)
    assert found.binding == ("width", "labels_aligned")


def reference(seed, chosen, d, k, n):
    """The draws of the specification of D17."""
    generator = np.random.default_rng(seed)
    X = generator.standard_normal((d, n)).T
    W = np.linalg.qr(generator.standard_normal((k, d)))[0]
    v = generator.choice([-1.0, 1.0], k)
    y = activation(chosen).value_and_derivative(X @ W.T)[0] @ v
    return Dataset("reference", X, y, Planted(chosen, W, v))


@pytest.mark.parametrize(
    ("seed", "chosen", "sizes", "s", "rho", "beta"),
    [
        (0, "softplus:beta=4", (10, 10, 20), 1.2483, 0.022683, 22.559),
        (0, "softplus:beta=4", (10, 20, 20), 2.0819, 0.037830, 43.908),
        (0, "tanh", (10, 10, 20), 1.2890, 0.029910, 21.108),
        (1, "softplus:beta=4", (20, 20, 80), 3.2527, 0.018906, 49.924),
    ],
)
def test_local_certificate_of_the_specification(seed, chosen, sizes, s, rho, beta):
    """Radius rho, step 1 / beta and s of the reference table of D17."""
    data = reference(seed, chosen, *sizes)
    answer = guarantee("sjl17.d.local_certificate", data=data, activation=chosen, k=sizes[1])
    assert number(answer.quantities["planted_sigma_min_J"].ball) == pytest.approx(s, abs=6e-5)
    assert number(answer.bounds["ball"]) == pytest.approx(rho, rel=5e-5)
    assert 1 / number(answer.step_size) == pytest.approx(beta, rel=5e-5)
    assert answer.failing == ("start",)


def test_local_theorem_waits_for_its_constants_and_knows_its_width():
    """Theorem 2.5 on planted data: width d, open; with constants assumed, a step size."""
    text = "planted:n=20,d=10,k=10,activation=softplus:beta=4"
    answer = required_width("sjl17.thm2_5", data=text, activation="softplus:beta=4")
    assert (answer.width, answer.status) == (10, "open")
    constants = {"c_d": 1, "c_2": 1, "C": 3, "c_1": 1, "gamma_1": 1}
    assumed = required_width("sjl17.thm2_5", data=text, activation="softplus:beta=4", assume=constants)
    assert assumed.status == "assumed"
    assert number(assumed.step_size) == pytest.approx(1 / (3 * 2 * 10), rel=1e-9)
    elsewhere = required_width("sjl17.thm2_5", data="gaussian:n=20,d=10", activation="softplus:beta=4")
    assert elsewhere.reason == "hypothesis planted_labels fails"
    curved = required_width("sjl17.thm2_5", data=text.replace("softplus:beta=4", "tanh"), activation="tanh")
    assert curved.reason == "hypothesis curved_activation fails"


def test_interpolation_threshold():
    """D3: zero loss up to n = d (d + 1) / 2, whatever the width (Theorem 2.1 has c d^2)."""
    found = required("sjl17.d.interpolation", solve_for="n", data="gaussian:n=20,d=10", activation="square", k=20,
                     positive_units=10, negative_units=10)  # fmt: skip
    assert (found.smallest, found.largest) == (1, 55)
    printed = required("sjl17.thm2_1_interpolation", solve_for="n", data="gaussian:n=20,d=10", activation="square",
                       k=20, positive_units=10, negative_units=10, assume={"c": "1/2"})  # fmt: skip
    assert (printed.smallest, printed.largest) == (10, 50)


def test_landscape_width():
    """Theorem 2.1 needs k >= 2d and d output weights of either sign, which may be given."""
    answer = required_width("sjl17.thm2_1", data="gaussian:n=9,d=4", activation="z**2", positive_units=4,
                            negative_units=4)  # fmt: skip
    assert (answer.width, answer.applicable) == (8, True)
    fewer = required_width("sjl17.thm2_1", data="gaussian:n=9,d=4", activation="z**2", positive_units=3,
                           negative_units=5)  # fmt: skip
    assert (fewer.width, fewer.reason) == (None, "hypothesis positive_units fails")


def test_moments_of_the_specification():
    """Closed forms of section 10 at sigma = 1/2 and 2 as bounds of the lemmas on moments."""
    for sigma, variance in (("1/2", 0.0985736225995), (2, 0.201349819866)):
        answer = guarantee("sjl17.d.moments_softplus", data="gaussian:n=3,d=2", activation="softplus:beta=4", k=1,
                           scale=sigma)  # fmt: skip
        assert answer.applicable
        assert number(answer.bounds["variance"]) == pytest.approx(variance, rel=1e-11)
        assert number(answer.quantities["var_dphi"].ball) == pytest.approx(variance, rel=1e-11)
    other = guarantee("sjl17.d.moments_softplus", data="gaussian:n=3,d=2", activation="tanh", k=1, scale=1)
    assert other.failing[0] == "activation"


def test_negative_labels_keep_the_loss_up():
    """C40: half the energy of the negative labels per sample bounds the loss of a nonnegative network."""
    data = dataset("gaussian:n=40,d=3,seed=2")
    answer = guarantee("sjl17.experiments.repaired", data=data, activation="softplus", k=5)
    assert number(answer.bounds["loss"]) == pytest.approx((data.y[data.y < 0] ** 2).sum() / 80)


SUITABLE = {"ofls19": ("mixture:K=2,C=2,n=60,d=6", "sin"), "sjl17": ("planted:n=12,d=6,k=6,activation=tanh", "tanh")}
ALL = [item for paper in SUITABLE for item in statements(paper=paper) if item.hypotheses]


@pytest.mark.parametrize("item", ALL, ids=lambda item: item.id)
def test_every_statement_answers(item):
    """A number, an expression in open constants, or a reason; parameters that are asked for can be given."""
    data, chosen = SUITABLE[item.source.paper.key]
    given = {"kernel_cutoff": "1.1", "fit_precision": "0.08"}
    known: dict[str, object] = {}
    for _ in range(12):
        try:
            answer = required_width(item, data=data, activation=chosen, **known)
            break
        except BadInput as error:
            if error.value is not None:
                raise
            unit = VOCABULARY[error.argument].domain == "unit interval"
            known[error.argument] = given.get(error.argument, "0.5" if unit else 2)
    assert answer.width or answer.width_expression or answer.reason
    assert "measured" not in str(answer.reason)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ALL), st.sets(st.sampled_from(sorted(n for n, w in VOCABULARY.items() if w.origin == "given"))))
def test_equations_fix_only_what_is_unknown_and_never_in_a_circle(item, known):
    """No known variable is fixed, and substituting what is fixed ends."""
    fixed = fixed_by_equations(item, {*known, "k"}, lambda expression: expression)
    assert not {symbol.name for symbol in fixed} & {*known, "k"}
    for symbol in fixed:
        expression, rounds = symbol, 0
        while expression.free_symbols & fixed.keys():
            expression, rounds = expression.xreplace(fixed), rounds + 1
            assert rounds <= len(fixed) + 1
