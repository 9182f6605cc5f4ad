"""A theorem as data: the frozen objects that everything else is a function of.

Contract: the id and the meaning of a released statement never change. A corrected or sharpened form is a
new statement that names the one it improves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, get_args

from sympy import Expr, Integer, Symbol
from sympy.core.relational import Relational

from boundkit.errors import unknown
from boundkit.statement.entry import VOCABULARY
from boundkit.statement.order import Order
from boundkit.statement.special_case import SpecialCase
from boundkit.statement.vocabulary import tightness

Kind = Literal["theorem", "corollary", "lemma", "proposition", "meta-theorem", "definition", "assumption", "comparator"]
Form = Literal["printed", "tracked", "repaired", "sharpened", "refined"]
Role = Literal["width", "step", "data", "activation", "parameter", "run"]
Status = Literal["printed", "tracked", "assumed", "open"]
Grade = Literal["misprint", "unstated hypothesis", "gap", "false as printed", "extraction"]
Experiment = Literal[
    "training",
    "initialisation",
    "weights",
    "flips",
    "units",
    "data",
    "sample",
    "matrices",
    "spaces",
    "classes",
    "points",
    "critical points",
    "columns",
    "forms",
    "moves",
    "kernels",
    "joint",
    "linear model",
    "batches",
    "scalars",
    "unobserved",
]
Chance = Literal["as stated", "surely", "in expectation", "almost every data"]

EMPTY: Mapping[Any, Any] = MappingProxyType({})
UNTIGHTENED = Integer(1)
NO_DOUBT = Integer(0)


@dataclass(frozen=True)
class Paper:
    """A source: `letters` maps vocabulary names to the paper's own LaTeX where it differs.

    `version` tells the text that was encoded from others of the same paper; empty where that text does not say.
    """

    key: str
    title: str
    authors: tuple[str, ...]
    year: int
    arxiv: str
    version: str = ""
    letters: Mapping[str, str] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True)
class Source:
    """Where a statement stands: paper, label, equation numbers."""

    paper: Paper
    label: str
    equations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Setting:
    """What is trained and how; `train/` interprets it. `substitutions` express network quantities in others."""

    network: str = "two layers"
    trained: str = "hidden weights"
    output_weights: str = "balanced"
    initialisation: str = "standard normal"
    loss: str = "half sum of squares"
    algorithm: str = "gradient descent"
    step_size: Expr | None = None
    substitutions: Mapping[Symbol, Expr] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True)
class Hypothesis:
    """A condition that is evaluated on numbers, never assumed."""

    label: str
    role: Role
    relation: Relational

    def __post_init__(self) -> None:
        if not isinstance(self.relation, Relational):
            advice = "; for x > 0 write Gt(x, 0, evaluate=False)" if self.relation in (True, False) else ""
            raise TypeError(f"hypothesis {self.label} is {self.relation}, not a relation{advice}")


@dataclass(frozen=True)
class Claim:
    """A relation between an observable and its bound.

    `template` contains the vocabulary symbol `tightness`; at 1 it is the claim, larger values tighten it, and
    at `twin` it must fail, for the reason given: the planted-false control of every verification. `chance` is
    how it is quantified over randomness: as the statement's probability says, or otherwise. A claim whose
    experiment is `unobserved` states a bound that no sampler observes; it has no template to tighten and no twin.
    A limit is never reached: where `stated` is given it is the claim, and the template what follows from the statement
    at the last step of a run, except with probability `doubt`, on top of what the statement itself allows.
    """

    label: str
    observable: Symbol
    template: Relational
    experiment: Experiment
    twin: Expr = UNTIGHTENED
    twin_reason: str = ""
    chance: Chance = "as stated"
    stated: Relational | None = None
    doubt: Expr = NO_DOUBT

    def __post_init__(self) -> None:
        if self.experiment not in get_args(Experiment):
            known = ", ".join(get_args(Experiment))
            raise ValueError(f"claim {self.label}: unknown experiment {self.experiment!r}; valid: {known}")

    @property
    def relation(self) -> Relational:
        """The claim itself."""
        if self.stated is not None:
            return self.stated
        sides = (side.xreplace({tightness: UNTIGHTENED}) for side in self.template.args)
        return self.template.func(*sides, evaluate=False)

    @property
    def bound(self) -> Expr:
        """The side of the claim that does not hold the bare observable."""
        relation = self.relation
        return relation.rhs if relation.lhs == self.observable else relation.lhs


@dataclass(frozen=True)
class Constant:
    """A constant and how it is known; `value` is None exactly when the status is open."""

    symbol: Symbol
    status: Status
    value: Expr | None = None
    note: str = ""


@dataclass(frozen=True)
class Erratum:
    """What is wrong, what is right, how that is known."""

    label: str
    grade: Grade
    text: str
    resolution: str


@dataclass(frozen=True)
class Statement:
    """A formal result. `probability` is None for results that hold surely.

    `summary` names the numbers a user asks for (rate, radius, misfit_0); `instance` says what the free network
    quantities of a meta-theorem are on one measured network; `certificate` is the id of the deterministic
    result whose conditions can be measured on a single draw. `quotes` names the works that a comparator quotes: ids
    of their own statements where these are encoded, one key for all who quote it where they are not. `special_case`
    names the statement that this one is a substitution into, as a corollary is of its theorem.
    """

    id: str
    kind: Kind
    title: str
    source: Source
    form: Form = "printed"
    improves: str | None = None
    setting: Setting | None = None
    hypotheses: tuple[Hypothesis, ...] = ()
    claims: tuple[Claim, ...] = ()
    probability: Expr | None = None
    constants: tuple[Constant, ...] = ()
    uses: tuple[str, ...] = ()
    errata: tuple[Erratum, ...] = ()
    summary: Mapping[str, Expr] = field(default_factory=lambda: EMPTY)
    certificate: str | None = None
    instance: Mapping[Symbol, Expr] = field(default_factory=lambda: EMPTY)
    proof: str = ""
    orders: tuple[Order, ...] = ()
    quotes: tuple[str, ...] = ()
    special_case: SpecialCase | None = None

    def claim(self, label: str) -> Claim:
        """The claim with this label; BadInput with near matches otherwise."""
        for item in self.claims:
            if item.label == label:
                return item
        raise unknown("claim", label, [item.label for item in self.claims])

    def hypothesis(self, label: str) -> Hypothesis:
        """The hypothesis with this label; BadInput with near matches otherwise."""
        for item in self.hypotheses:
            if item.label == label:
                return item
        raise unknown("hypothesis", label, [item.label for item in self.hypotheses])

    @property
    def failure(self) -> Expr:
        """The probability with which the claims may fail."""
        return Integer(0) if self.probability is None else 1 - self.probability

    @property
    def constant_status(self) -> Literal["printed", "tracked", "open", "none"]:
        """One word for all constants: open if any is open, else tracked if any is tracked."""
        statuses = {item.status for item in self.constants}
        for status in ("open", "tracked", "printed"):
            if status in statuses:
                return status
        return "none"

    @property
    def symbols(self) -> frozenset[Symbol]:
        """Every symbol that the hypotheses, claims and probability mention."""
        found: set[Symbol] = set()
        for item in self.hypotheses:
            found |= item.relation.free_symbols
        for claim in self.claims:
            found |= claim.relation.free_symbols | claim.twin.free_symbols | claim.doubt.free_symbols
        if self.probability is not None:
            found |= self.probability.free_symbols
        if self.setting is not None and self.setting.step_size is not None:
            found |= self.setting.step_size.free_symbols
        for order in self.orders:
            found |= order.symbols
        for expression in (*self.summary.values(), *self.instance.values()):
            found |= expression.free_symbols
        return frozenset(found)

    @property
    def digest(self) -> str:
        """Hexadecimal digits of all that decides what is tried, not of the words about it: equal for one version."""
        claims = [(c.label, c.observable, c.template, c.experiment, c.chance, c.stated, c.doubt) for c in self.claims]
        tried = (self.setting, self.hypotheses, claims, self.probability, self.instance)
        return hashlib.sha256(repr(tried).encode()).hexdigest()[:16]

    def __repr__(self) -> str:
        return f"Statement({self.id!r}, {self.title!r})"

    def __post_init__(self) -> None:
        for symbol in self.symbols if self.special_case is None else self.symbols | self.special_case.symbols:
            if VOCABULARY.get(symbol.name) is None or VOCABULARY[symbol.name].symbol != symbol:
                words = " with these assumptions: import it from there" if symbol.name in VOCABULARY else ""
                raise ValueError(f"{self.id}: {symbol} is not in the vocabulary{words}")
