"""Specifications: what is accepted, and one line for what is not."""

from contextlib import suppress

import pytest
from hypothesis import given, strategies as st

from boundkit.data import Dataset, dataset
from boundkit.data.specs import boolean, integer, parse
from boundkit.errors import BadInput

MALFORMED = {
    "spere:n=4,d=2": "did you mean sphere",
    "": "unknown; valid: arc, circle",
    "sphere": "n = None: is needed",
    "sphere:n=4": "d = None: is needed",
    "sphere:": "NAME:key=value",
    "sphere:n": "NAME:key=value",
    "sphere:n=": "NAME:key=value",
    "sphere:n=4,,d=2": "NAME:key=value",
    "sphere:n=4,d=2,sed=1": "did you mean seed",
    "sphere:n=4,n=5,d=2": "n = 5: is given twice",
    "sphere:n=four,d=2": "n = four: must be an integer from 1 to 20000",
    "sphere:n=4.0,d=2": "must be an integer",
    "sphere:n=0,d=2": "must be an integer from 1",
    "sphere:n=-3,d=2": "must be an integer from 1",
    "sphere:n=200001,d=2": "must be an integer from 1 to 200000",
    "sphere:n=99999999999999999999999999,d=2": "must be an integer",
    "sphere:n=4,d=0": "d = 0: must be an integer from 1",
    "sphere:n=4,d=2,seed=-1": "seed = -1: must be an integer from 0",
    "sphere:n=20000,d=100000": "exceeds 100000000 entries",
    "sphere:n=9,d=1": "are equal: duplicate samples",
    "sphere:n=nan,d=2": "must be an integer",
    "circle:n=4,d=2": "unknown; ",
    "digits:n=10,center=maybe": "center = maybe: must be true or false",
    "missing.npz": "no such file",
    "data.txt": "path ending in .npz or .csv",
}


@pytest.mark.parametrize("text", MALFORMED)
def test_malformed_specifications_are_one_line(text):
    """Each malformed specification raises BadInput whose one line says what is valid."""
    with pytest.raises(BadInput) as caught:
        dataset(text)
    assert MALFORMED[text] in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=40))
def test_no_text_raises_anything_but_bad_input(text):
    """Arbitrary text is a data set or BadInput, never another exception."""
    for prefix in ("", "circle:", "circle:n="):
        with suppress(BadInput):
            assert isinstance(dataset(prefix + text), Dataset)


def test_keywords_and_text_are_the_same_and_may_be_mixed():
    """Parameters may come from the text, from keywords, or from both, but each only once."""
    names = {
        dataset("sphere:n=5,d=3,seed=1").name,
        dataset("sphere", n=5, d=3, seed=1).name,
        dataset("sphere:n=5", d="3", seed=1).name,
        dataset("sphere: n = +5 , d=3,seed=1").name,
    }
    assert names == {"sphere:n=5,d=3,seed=1"}
    with pytest.raises(BadInput, match="given twice"):
        dataset("sphere:n=5,d=3", n=6)


@pytest.mark.parametrize("value", [True, 2.0, None, "1e3", [4], "４"])
def test_only_integers_are_integers(value):
    """Truth values, floats, exponents, lists and digits of other scripts are refused."""
    with pytest.raises(BadInput, match="must be an integer"):
        integer("n", value)


@given(st.booleans())
def test_truth_values_are_read_in_any_case(value):
    """True, true and TRUE are the same."""
    assert {boolean("center", v) for v in (value, str(value), str(value).upper())} == {value}


@pytest.mark.parametrize(
    ("text", "name", "parameters"),
    [
        ("C:\\data\\set.npz", "C:\\data\\set.npz", {}),
        ("a:b.csv:normalize=true", "a:b.csv", {"normalize": "true"}),
        ("x.NPZ", "x.NPZ", {}),
        ("circle:n=3", "circle", {"n": "3"}),
    ],
)
def test_colons_in_paths_belong_to_the_path(text, name, parameters):
    """Only a colon behind the file's ending separates parameters."""
    parsed = parse(text, lambda t: t.lower().endswith((".npz", ".csv")))
    assert (parsed.name, parsed.parameters) == (name, parameters)
