"""Words that only some papers need, by subject; importing this package enters them all into the vocabulary."""

from boundkit.statement.words import shared

__all__ = ["shared"]
