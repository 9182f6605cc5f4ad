"""Data from files, whole and broken."""

import hashlib

import numpy as np
import pytest

from boundkit.data import dataset, pinned
from boundkit.errors import BadInput

X = np.array([[0.1, 2.0], [1.0, 1e-3], [-4.0, 0.25]])
Y = np.array([1.0, -1.0, 0.5])


@pytest.fixture
def npz(tmp_path):
    """A function that saves arrays and returns the path."""

    def save(**arrays):
        path = tmp_path / "data.npz"
        np.savez(path, **arrays)
        return path

    return save


@pytest.fixture
def csv(tmp_path):
    """A function that writes text and returns the path."""

    def write(text, encoding="utf-8"):
        path = tmp_path / "data.csv"
        path.write_bytes(text.encode(encoding))
        return str(path)

    return write


def test_npz_arrays_come_back_exactly(npz):
    """X and y are read bit for bit; the name reads them again; integers and float32 are converted."""
    data = dataset(npz(X=X, y=Y))
    assert np.array_equal(data.X, X)
    assert np.array_equal(data.y, Y)
    assert np.array_equal(dataset(data.name).X, X)
    assert dataset(npz(X=X.astype(np.float32), y=Y.astype(int) + 3)).X.dtype == np.float64


@pytest.mark.parametrize("header", ["", "a,b,label\n", "\ufeff", "\ufeffa,b,label\r\n", "\n \n"])
def test_csv_with_and_without_header(csv, header):
    """The last column is y; a header, a byte-order mark, blank lines and blanks are accepted."""
    rows = "".join(f"{a!r}, {b!r},{c!r}\n" for (a, b), c in zip(X.tolist(), Y.tolist(), strict=True))
    data = dataset(csv(header + rows))
    assert np.array_equal(data.X, X)
    assert np.array_equal(data.y, Y)


def test_file_options_are_kept_in_the_name(npz):
    """`normalize` and `center` may be text or keywords, and the name reproduces the data."""
    path = npz(X=X, y=Y)
    data = dataset(f"{path}:normalize=true,center=true")
    assert np.allclose(np.linalg.norm(data.X, axis=1), 1)
    assert data.name == f"{path}:normalize=true,center=true"
    assert np.array_equal(dataset(path, normalize=True, center=True).X, data.X)
    with pytest.raises(BadInput, match="did you mean normalize"):
        dataset(f"{path}:normalise=true")


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"X": X}, "has no array y; it holds X"),
        ({"a": X, "b": Y}, "has no array X and no array y; it holds a, b"),
        ({}, "it holds nothing"),
        ({"X": np.array([[object()]]), "y": Y}, "holds pickled objects, which are refused"),
        ({"X": X, "y": Y[:2]}, r"must have shape \[3\]"),
        ({"X": X * np.inf, "y": Y}, "must be finite"),
        ({"X": X.astype(str), "y": Y}, "must hold real numbers"),
    ],
)
def test_npz_with_wrong_contents(npz, arrays, message):
    """Missing, pickled and misshapen arrays are one line of BadInput."""
    with pytest.raises(BadInput, match=message) as caught:
        dataset(npz(**arrays))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04broken", b"\x93NUMPY broken"])
def test_files_that_are_not_npz(tmp_path, content):
    """Empty, foreign and broken files are BadInput, and so is a folder of that name."""
    path = tmp_path / "broken.npz"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"is not a valid \.npz file"):
        dataset(path)
    (tmp_path / "folder.npz").mkdir()
    with pytest.raises(BadInput, match="no such file"):
        dataset(tmp_path / "folder.npz")


def test_truncated_and_single_array_files(tmp_path, npz):
    """An archive cut short and a .npy file under the name .npz are BadInput."""
    path = npz(X=X, y=Y)
    whole = path.read_bytes()
    for length in (10, len(whole) // 2, len(whole) - 5):
        path.write_bytes(whole[:length])
        with pytest.raises(BadInput, match=r"is not a valid \.npz file"):
            dataset(path)
    with open(tmp_path / "single.npz", "wb") as stream:
        np.save(stream, X)
    with pytest.raises(BadInput, match="is a single array"):
        dataset(tmp_path / "single.npz")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no row of numbers"),
        ("a,b,c\n", "has no row of numbers"),
        ("1\n2\n", "at least two columns"),
        ("1,2,3\n4,5\n", "line 2 has 2 columns where 3 are expected"),
        ("a,b\n1,2\n3,x\n", "line 3 has 'x' where a number is expected"),
        ("1,2\n3,\n", "line 2 has '' where a number is expected"),
        ("1,x,3\n4,5,6\n", "line 1 has 'x' where a number is expected"),
        ("1;2;3\n4;5;6\n", "at least two columns, separated by commas"),
        ("1,2\nnan,3\n", "must be finite"),
        ("1,2\n1,3\n", "rows 0 and 1"),
    ],
)
def test_csv_with_wrong_contents(csv, text, message):
    """The line that is wrong is named."""
    with pytest.raises(BadInput, match=message) as caught:
        dataset(csv(text))
    assert "\n" not in str(caught.value)


def test_csv_in_another_encoding(csv):
    """Bytes that are not UTF-8 are BadInput."""
    with pytest.raises(BadInput, match="is not comma-separated text in UTF-8"):
        dataset(csv("1,2\n3,4\n", encoding="utf-16"))


def test_a_digest_says_which_content_a_file_must_have(npz):
    """A pinned name has the digits of the file's SHA-256 and reads these data, but not what is there afterwards."""
    path = npz(X=X, y=Y)
    name = pinned(f"{path}:normalize=true")
    assert name == f"{path}:normalize=true,sha256={hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"
    assert dataset(name).name == pinned(name) == name
    npz(X=X, y=-Y)
    assert pinned(f"{path}:normalize=true") != name
    with pytest.raises(BadInput, match="other content"):
        dataset(name)
    with pytest.raises(BadInput, match="16 to 64 hexadecimal"):
        dataset(f"{path}:sha256=12345")
    with pytest.raises(BadInput, match="name or a path"):
        pinned(dataset(path))


@pytest.mark.parametrize("suffix", [".npz", ".csv"])
def test_each_option_of_a_file_does_what_it_says(tmp_path, suffix):
    """Centred samples have mean zero and keep their lengths, normalised ones have length 1, both are done in turn."""
    X, y = np.random.default_rng(0).standard_normal((6, 3)) + 2, np.arange(1.0, 7.0)
    path = tmp_path / f"samples{suffix}"
    if suffix == ".npz":
        np.savez(path, X=X, y=y)
    else:
        np.savetxt(path, np.column_stack([X, y]), delimiter=",", fmt="%.17g")
    centred = X - X.mean(axis=0)
    expected = {
        "": X,
        ":center=true": centred,
        ":normalize=true": X / np.linalg.norm(X, axis=1, keepdims=True),
        ":center=true,normalize=true": centred / np.linalg.norm(centred, axis=1, keepdims=True),
    }
    for options, samples in expected.items():
        found = dataset(f"{path}{options}")
        assert np.allclose(found.X, samples, rtol=1e-14, atol=1e-15), options
        assert np.array_equal(found.y, y)
        assert np.array_equal(dataset(found.name).X, found.X)
