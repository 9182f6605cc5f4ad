"""The pages that are made when the site is built."""

from __future__ import annotations

import html
import os
import re
import tomllib
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, strategies
from markdown_it import MarkdownIt

from boundkit.attack import attack, eligible
from boundkit.campaign.spec import KEYS, campaign
from boundkit.papers import papers, statements
from boundkit.render.expressions import latex
from boundkit.statement import VOCABULARY, Statement
from docs import pages as site
from docs.console import run
from docs.pages.choice_page import families
from docs.pages.markdown import plain
from tests.cli.conftest import invoke

DOCS = Path(__file__).parents[2] / "docs"
LINK = re.compile(r"\]\(([^)#:]+\.md)\)")
FENCED = re.compile(r"^( *)```.*?^\1```", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`[^`\n]*`")
MATH = re.compile(r"\$|\\\(|\\\[|\{math\}|\\begin\{")
GENERATED = {"hermite.md"}


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    """Every page that is made, by its path."""
    return dict(site.pages())


def page_of(made: dict[str, str], item: Statement) -> str:
    """The page of a statement."""
    return made[f"statements/{item.id}.md"]


def test_every_statement_and_paper_has_a_page(made: dict[str, str]) -> None:
    """There is one page for each statement and for each paper, and no other among them."""
    names = {f"statements/{item.id}.md" for item in statements()} | {f"statements/{p.key}.md" for p in papers()}
    assert {path for path in made if path.startswith("statements/") and path.endswith(".md")} == names


def test_every_word_is_in_the_vocabulary(made: dict[str, str]) -> None:
    """The page lists the name of every word once, with its default; pages of statements have it too."""
    listed = re.findall(r"^\| \$.*\$ \| `(\w+)` \| ", made["reference/vocabulary.md"], re.MULTILINE)
    assert listed == list(VOCABULARY)
    row = r"\| `nu` \| [^|]* \(8 unless given\) \| given \|"
    assert re.search(row, made["reference/vocabulary.md"])
    assert re.search(row, made["statements/os19.thm2_6.sharpened.md"])


def test_links_resolve(made: dict[str, str]) -> None:
    """Every link to a page, on a page that is made or written by hand, leads somewhere."""
    written = {path.name: path.read_text(encoding="utf-8") for path in DOCS.glob("*.md")}
    known = made.keys() | written.keys()
    # the decision table is included by a page of the folder above
    folders = {path: PurePosixPath(path).parent if path.endswith(".md") else PurePosixPath() for path in made | written}
    broken = [
        (path, target)
        for path, content in (made | written).items()
        for target in LINK.findall(content)
        if os.path.normpath(folders[path] / target) not in known and not (DOCS / folders[path] / target).exists()
    ]
    assert broken == []


def test_links_run_both_ways(made: dict[str, str]) -> None:
    """A page links what the statement uses and improves, and the pages of those link back."""
    for item in statements():
        for name in (*item.uses, *([item.improves] if item.improves else [])):
            assert f"({name}.md)" in page_of(made, item)
            assert f"({item.id}.md)" in made[f"statements/{name}.md"]


def test_pages_are_complete(made: dict[str, str]) -> None:
    """A page has the formula of every hypothesis, claim and constant, and the words of every erratum and proof."""
    for item in statements():
        page = page_of(made, item)
        formulas = [part.relation for part in (*item.hypotheses, *item.claims)]
        formulas += [constant.symbol for constant in item.constants] + list(item.summary.values())
        for formula in formulas:
            assert latex(formula).replace("|", r"\vert ") in page
        words = re.sub(r"\\([^a-zA-Z])", r"\1", page)
        for text in (item.proof, *(erratum.text for erratum in item.errata)):
            assert " ".join(text.split()) in words


def test_pages_say_what_was_tested(made: dict[str, str]) -> None:
    """A page names every attack that the statement survived, and those alone; a failed one is not hidden."""
    for item in statements():
        shown = set(re.findall(r"^\* (\w+): (survived|failed)", page_of(made, item), re.MULTILINE))
        assert shown == {(f.attack, f.outcome) for f in attack(item) if f.outcome != "does not apply"}


@pytest.mark.parametrize("id", ["os19.thm2_3", "zczg18.thm4_1", "sgd22.thm2"])
def test_tree_is_that_of_graph(made: dict[str, str], id: str) -> None:
    """The tree on a page names what `boundkit graph` prints, in the same order and at the same depth."""
    tree = made[f"statements/{id}.md"].partition("## What its proof rests on")[2].partition("\n## ")[0]
    shown = re.findall(r"^( *)\* \[`([^`]+)`\]", tree, re.MULTILINE)
    printed = re.findall(r"^( +)([\w.]+)  ", run(f"boundkit graph {id}"), re.MULTILINE)
    assert [(len(indent) + 2, name) for indent, name in shown] == [(len(indent), name) for indent, name in printed]


def test_best_form_comes_first() -> None:
    """A family starts with a form that survived the attacks and, of these, with one whose constants are known."""
    found = families()
    for family in found:
        trusted = [item for item in family if eligible(item)] or family
        assert family[0] in trusted
        if family[0].constant_status == "open":
            assert all(item.constant_status == "open" for item in trusted)
    assert {family[0].source.paper.key for family in found} == {paper.key for paper in papers()}


def test_decision_table_leaves_out_steps_of_proofs() -> None:
    """The main theorems stand in the decision table, structural results that their proofs use do not."""
    listed = {item.id for family in families() for item in family}
    assert {"sjl17.thm2_1", "zczg18.thm4_1", "os19.thm2_1", "ofls19.thm3_2", "sgd22.thm2"} <= listed
    assert listed.isdisjoint({"zczg18.thm5_1", "zczg18.corA_2"})


def typed_formulas(text: str) -> list[str]:
    """Signs of mathematics outside code, where a page is written by hand."""
    return MATH.findall(CODE.sub("", FENCED.sub("", text)))


@pytest.mark.parametrize(
    "path", [p for p in sorted(DOCS.glob("*.md")) if p.name not in GENERATED], ids=lambda p: p.name
)
def test_no_formula_is_typed(path: Path) -> None:
    """A page written by hand has no mathematics of its own."""
    assert typed_formulas(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("text", ["so $k > n$.", r"\(k\)", "```\n$ ls\n```\n$$k$$", r"\begin{equation}"])
def test_typed_formulas_are_recognised(text: str) -> None:
    """The check finds what it is meant to find."""
    assert typed_formulas(text)


@given(strategies.text(strategies.characters(codec="ascii", exclude_categories=["Cc"])))
def test_plain_text_stays_as_it_is(text: str) -> None:
    """Text shows in Markdown as it was, whatever signs it has."""
    shown = MarkdownIt("commonmark").renderInline(plain(text))
    assert "<" not in shown
    assert html.unescape(shown) == " ".join(text.split())


def test_only_what_changed_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is the same is left alone, one that is no page any more is removed."""
    monkeypatch.setattr(site, "pages", lambda: iter([("a/one.md", "1"), ("a/two.md", "2")]))
    site.write(tmp_path)
    os.utime(tmp_path / "a/one.md", (0, 0))
    monkeypatch.setattr(site, "pages", lambda: iter([("a/one.md", "1"), ("a/three.md", "3")]))
    site.write(tmp_path)
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["one.md", "three.md"]
    assert (tmp_path / "a/one.md").stat().st_mtime == 0


def test_the_grid_of_the_guide_is_one() -> None:
    """The guide for reviewers shows a grid that can be read, and it and the help name every key of a grid."""
    guide = (DOCS / "guide_reviewer.md").read_text(encoding="utf-8")
    grid = campaign(**tomllib.loads(guide.split("```toml\n")[1].split("```")[0]))
    assert len(grid.cells) == 4
    assert set(grid.trials) == {8}
    told = invoke("campaign", "--help").stdout
    for key in KEYS:
        assert re.search(rf"`{key}`|^{key} = ", guide, re.MULTILINE), key
        assert re.search(rf"\b{key}\b", told), key
