"""What a theorem is: the vocabulary of symbols and the frozen objects Statement, Hypothesis, Claim, Constant."""

from boundkit.statement import words
from boundkit.statement.chain import Chain
from boundkit.statement.entry import VOCABULARY, Entry, expand
from boundkit.statement.order import Order, growth, smaller
from boundkit.statement.registry import Registry
from boundkit.statement.special_case import SpecialCase, declared
from boundkit.statement.statement import (
    Chance,
    Claim,
    Constant,
    Erratum,
    Experiment,
    Form,
    Hypothesis,
    Kind,
    Paper,
    Setting,
    Source,
    Statement,
    Status,
)

__all__ = [
    "VOCABULARY",
    "Chain",
    "Chance",
    "Claim",
    "Constant",
    "Entry",
    "Erratum",
    "Experiment",
    "Form",
    "Hypothesis",
    "Kind",
    "Order",
    "Paper",
    "Registry",
    "Setting",
    "Source",
    "SpecialCase",
    "Statement",
    "Status",
    "declared",
    "expand",
    "growth",
    "smaller",
    "words",
]
