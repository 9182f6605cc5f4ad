"""The LaTeX of every statement and table compiles; where there is no pdflatex its structure is checked."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import asdict
from pathlib import Path

import pytest

from boundkit.campaign import Cell, Store
from boundkit.papers import statements
from boundkit.render.latex_text import escaped, mathematics
from boundkit.render.layout import Table
from boundkit.render.statement_view import ENVIRONMENTS, as_latex
from boundkit.render.tables import table
from boundkit.statement import VOCABULARY

PACKAGES = ("amsmath", "amssymb", "amsthm", "booktabs")
PREAMBLE = [r"\documentclass{article}", *(rf"\usepackage{{{name}}}" for name in PACKAGES)]
PREAMBLE += [rf"\newtheorem{{{name}}}{{{name.capitalize()}}}" for name in sorted(set(ENVIRONMENTS.values()))]
ON = {"data": "orthonormal:n=4", "activation": "softplus", "delta": 1}
TABLES = {
    "constants": {},
    "counts": {},
    "errata": {},
    "hermite": {"degree": 3},
    "looseness": {"records": [{"statement": "os19.thm2_1", "data": "a_b", "theory_width": 5}]},
    "orders": {"couplings": {"d": "1/2"}},
    "quoted": {},
    "swaps": ON,
    "verdicts": {},  # its store is made with the pieces
    "widths": {"paper": "os19", **ON},
}


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every generated piece of LaTeX by its name; all symbols of the vocabulary are one of them."""
    store = Store(tmp_path_factory.mktemp("latex") / "store")
    cell = Cell("os19.thm2_1", "orthonormal:n=4", "softplus", "literal", k=None, seed=0, steps=1)
    store.append({"task": "t", "cell": asdict(cell), "error": "50 % & more_"})
    arguments = {**TABLES, "verdicts": {"records": store.path}}
    made = {item.id: as_latex(item) for item in statements()}
    made |= {f"table {name}": rf"{{\tiny\noindent {table(name, **arguments[name]).to('latex')}}}" for name in TABLES}
    made["vocabulary"] = "\n\n".join(rf"\({word.latex}\): {escaped(word.text)}" for word in VOCABULARY.values())
    return made


def problems(latex: str) -> list[str]:
    """What would stop LaTeX in this piece: braces, environments, left and right, mathematics that does not close."""
    found, stack, mode = [], [], []
    for token in re.findall(r"\\(?:begin|end)\{[a-z*]+\}|\\[a-zA-Z]+|\\.|[{}]", latex, flags=re.DOTALL):
        opening = {"{": "}", r"\(": r"\)", r"\left": r"\right"}
        if token in opening:
            stack.append(opening[token])
        elif token.startswith(r"\begin"):
            stack.append(token.replace("begin", "end", 1))
        elif (token in opening.values() or token.startswith(r"\end{")) and (not stack or stack.pop() != token):
            found.append(f"{token} closes nothing")
        mode.append(token)
    found += [f"{token} is missing" for token in stack]
    found += [f"{character!r} is not ASCII" for character in latex if ord(character) > 127]
    bare = re.sub(r"\\[&#%_$]", "", latex)
    return found + [f"bare {character}" for character in "#%$" if character in bare]


@pytest.mark.attacks(every="latex")
def test_structure(pieces: dict[str, str]) -> None:
    """Braces, environments, delimiters and mathematics close in order, and only ASCII is left."""
    assert {name: problems(piece) for name, piece in pieces.items() if problems(piece)} == {}


@pytest.mark.parametrize("broken", [r"\frac{1}{2", r"\(x", r"\left( x", r"\begin{theorem}", r"{x\)}", "50% off", "σ"])
def test_structure_is_rejected(broken: str) -> None:
    """The check sees what LaTeX would stumble over."""
    assert problems(broken)


def test_all_tables_are_covered() -> None:
    """Every table is among those that are compiled, and uses the rules of booktabs."""
    from boundkit.render.tables import TABLES as KNOWN

    assert set(TABLES) == set(KNOWN)
    made = Table("t", ("a_b",), (("x < 1 & |y|",),)).to("latex")
    assert [rule for rule in (r"\toprule", r"\midrule", r"\bottomrule") if rule in made] != []
    assert r"x \ensuremath{<} 1 \& \ensuremath{|}y\ensuremath{|}" in made


@pytest.mark.parametrize(
    ("plain", "latex"),
    [
        ("λ", r"\ensuremath{\lambda}"),
        ("Γ", r"\ensuremath{\Gamma}"),
        ("x¹²", r"x\ensuremath{^{1}}\ensuremath{^{2}}"),
        ("ŷ", r"\ensuremath{\hat{y}}"),
        ("ᾱ", r"\ensuremath{\bar{\alpha}}"),
        ("Aᵀ", r"A\ensuremath{^{T}}"),
        ("plain", "plain"),
    ],
)
def test_unicode(plain: str, latex: str) -> None:
    """Letters, powers and accents of one-line formulas have their LaTeX."""
    assert mathematics(plain) == latex


def errors(pieces: dict[str, str], folder: Path) -> list[str]:
    """What pdflatex complains about in one document with these pieces."""
    body = [f"% {name}\n{piece}\n" for name, piece in pieces.items()]
    lines = [*PREAMBLE, r"\begin{document}", *body, r"\end{document}"]
    (folder / "all.tex").write_text("\n".join(lines), encoding="ascii")
    command = ["pdflatex", "-interaction=nonstopmode", "-file-line-error", "all.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", check=False)
    found = re.findall(r"^(?:all\.tex:\d+: .*|! .*)$", done.stdout, flags=re.MULTILINE)
    return found if done.returncode == 0 or found else [done.stdout]


LATEX = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex (texlive-latex-recommended)")


@LATEX
@pytest.mark.attacks(every="latex")
def test_everything_compiles(pieces: dict[str, str], tmp_path: Path) -> None:
    """One document with every statement and table goes through pdflatex without an error."""
    assert errors(pieces, tmp_path) == []
    assert (tmp_path / "all.pdf").read_bytes().startswith(b"%PDF")


@LATEX
def test_what_does_not_compile_is_seen(tmp_path: Path) -> None:
    """A power of a power, which the structural check lets pass, is an error."""
    broken = r"\(x^{2}^{3}\)"
    assert not problems(broken)
    assert errors({"broken": broken}, tmp_path)
