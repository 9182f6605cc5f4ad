"""What lemmas speak of without a network: matrices, sums, forms, sequences, numbers, batches."""

from boundkit.verify.observe.lemmas.batches import BATCHES
from boundkit.verify.observe.lemmas.forms import FORMS
from boundkit.verify.observe.lemmas.matrices import MATRICES
from boundkit.verify.observe.lemmas.scalars import SCALARS

__all__ = [
    "BATCHES",
    "FORMS",
    "MATRICES",
    "SCALARS",
]
