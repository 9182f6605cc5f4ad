"""Citations and proof trees, against the statements that they come from."""

from __future__ import annotations

from itertools import pairwise

from boundkit.papers import statement, statements
from boundkit.render.citation import bibtex, proof_tree


def test_the_tree_holds_everything_that_is_used() -> None:
    """Every result reachable through `uses` stands in the tree, and is unfolded once."""
    for root in statements():
        tree = list(proof_tree(root))
        unfolded = [item.id for _, item, again in tree if not again]
        assert len(unfolded) == len(set(unfolded))
        assert {name for id in unfolded for name in statement(id).uses} <= set(unfolded)
        assert all(below <= depth for (depth, _, again), (below, *_) in pairwise(tree) if again)


def test_depth_follows_the_edges() -> None:
    """A result one level deeper is used by the last result one level up."""
    path: list[str] = []
    for depth, item, _ in proof_tree(statement("os19.thm2_1.refined")):
        path[depth:] = [item.id]
        if depth:
            assert item.id in statement(path[depth - 1]).uses


def test_bibtex_names_each_place_once() -> None:
    """One entry a paper; places are named once, in the order given."""
    entry = bibtex([statement("os19.thm2_1"), statement("os19.thm2_1.tracked"), statement("os19.lem6_4")])
    assert entry.count("@misc{os19,") == 1
    assert "note = {Theorem 2.1, Lemma 6.4}" in entry
    assert entry.count("{") == entry.count("}")


def test_bibtex_tells_which_text_was_encoded() -> None:
    """Places are those of one version of a paper, where its text tells which; an erratum may be mended in another."""
    assert "note = {Text dated June 13, 2019: Theorem 3.2}" in bibtex([statement("ofls19.thm3_2")])
    assert "note = {Text under review at ICLR 2022: Theorem 1}" in bibtex([statement("sgd22.thm1")])
