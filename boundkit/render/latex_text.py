"""Plain text in LaTeX: special characters escaped, and the Unicode of one-line formulas as mathematics."""

from __future__ import annotations

import re
import unicodedata

ESCAPES = str.maketrans(
    {character: f"\\{character}" for character in "&%$#_{}"}
    | {character: rf"\ensuremath{{{character}}}" for character in "<>|"}
    | {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}"}
)
MARKS = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0332": "underline"}
COMMANDS = {
    "|": "|",
    "·": r"\cdot",
    "‖": r"\Vert",
    "†": r"\dagger",
    "ℓ": r"\ell",
    "∇": r"\nabla",
    "∘": r"\circ",
    "√": r"\surd",
    "∞": r"\infty",
    "∫": r"\int",
    "≡": r"\equiv",
    "≤": r"\leq",
    "≥": r"\geq",
    "⟨": r"\langle",
    "⟩": r"\rangle",
    "⪰": r"\succeq",
    "ϑ": r"\vartheta",
    "ϵ": r"\epsilon",
    "ε": r"\varepsilon",
    "λ": r"\lambda",
}
_MARKED = re.compile(rf"(.)([{''.join(MARKS)}]+)")
_FOREIGN = re.compile(r"[|]|[^\x00-\x7f]")


def escaped(plain: str) -> str:
    r"""Text as LaTeX typesets it.

    >>> print(escaped("50% of |X|_2 < ∞"))
    50\% of \ensuremath{|}X\ensuremath{|}\_2 \ensuremath{<} \ensuremath{\infty}
    """
    return mathematics(plain.translate(ESCAPES))


def mathematics(latex: str) -> str:
    r"""LaTeX with letters, marks and signs beyond ASCII replaced by commands; a character without one stays.

    >>> print(mathematics("σ₀² ≤ θ̃"))
    \ensuremath{\sigma}\ensuremath{_{0}}\ensuremath{^{2}} \ensuremath{\leq} \ensuremath{\tilde{\theta}}
    """
    latex = latex.replace(r"\ensuremath{|}", "|").replace("≠", r"\ensuremath{\neq}")
    latex = _MARKED.sub(_marked, unicodedata.normalize("NFD", latex))
    return _FOREIGN.sub(lambda match: rf"\ensuremath{{{command(match[0])}}}" if command(match[0]) else match[0], latex)


def command(character: str) -> str:
    """The LaTeX of one character, empty where it has none."""
    if character in COMMANDS:
        return COMMANDS[character]
    kind, _, code = unicodedata.decomposition(character).partition(" ")
    if kind in ("<super>", "<sub>"):
        raised = chr(int(code, 16)).replace("\u2212", "-")
        return f"{'^' if kind == '<super>' else '_'}{{{raised}}}"
    words = unicodedata.name(character, "").split()
    if words[:1] == ["GREEK"] and words[2:3] == ["LETTER"] and len(words) == 4:
        return "\\" + (words[3].capitalize() if words[1] == "CAPITAL" else words[3].lower())
    return ""


def _marked(match: re.Match[str]) -> str:
    letter = command(match[1]) or match[1]
    for mark in match[2]:
        letter = rf"\{MARKS[mark]}{{{letter}}}"
    return rf"\ensuremath{{{letter}}}"
