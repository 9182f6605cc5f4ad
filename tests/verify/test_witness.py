"""Tests of witnesses: what is written is enough to see the violation again, and a changed one is not seen."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from boundkit.errors import BadInput
from boundkit.papers import statement
from boundkit.statement import Statement
from boundkit.statement.vocabulary import tightness
from boundkit.verify import Verdict, verify
from boundkit.verify.witness import read_witness, replay_witness
from boundkit.version import versions
from tests.cli.conftest import document, invoke

LEMMA: dict[str, Any] = {"data": "orthonormal:n=4", "activation": "softplus", "delta": 1}


def false_lemma(*, id: str) -> Statement:
    """Lemma 6.12 of os19 with a quarter of its bound, under another id or its own."""
    encoded = statement("os19.lem6_12")
    claim = encoded.claim("initial_misfit")
    false = replace(claim, template=claim.template.subs(tightness, 4 * tightness))
    return replace(encoded, id=id, claims=(false,))


@pytest.fixture(scope="module")
def witness(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The witness of a printed theorem that is false for a small cosine (C4 of its errata)."""
    folder = tmp_path_factory.mktemp("witness")
    report = verify(
        "os19.thm2_1",
        data="orthonormal:n=4",
        activation="0.01*cos(z)",
        delta=1,
        assume={"c": 1},
        trials=6,
        steps=3000,
        out=folder,
    )
    assert report.verdict is Verdict.VIOLATED
    return folder / "witness.json"


def test_the_file_alone_shows_the_violation_again(witness: Path) -> None:
    """Parameters and assumed constants are in the file."""
    replayed = replay_witness(witness)
    assert replayed.witness.assume == {"c": "1.0"}
    assert replayed.confirmed is True
    assert replayed.failing == ()


def test_a_changed_witness_is_not_believed(witness: Path, tmp_path: Path) -> None:
    """Before the violating step, and at a much larger width, there is nothing to see."""
    stored = json.loads(witness.read_text())
    early = tmp_path / "early.json"
    early.write_text(json.dumps({**stored, "step": 0}))
    assert replay_witness(early).confirmed is False


def test_another_step_size_is_refused(witness: Path, tmp_path: Path) -> None:
    """The theorem fixes its step size: a witness of another one is of another run, which no replay could show."""
    stored = json.loads(witness.read_text())
    other = tmp_path / "other.json"
    other.write_text(json.dumps({**stored, "step_size": 2 * stored["step_size"]}))
    with pytest.raises(BadInput, match=r"step_size = .* is not that of the run of this witness"):
        replay_witness(other)


def test_hypotheses_that_fail_with_changed_parameters_are_told(witness: Path, tmp_path: Path) -> None:
    """A larger delta asks for a wider network: what is seen at this width is no violation of the theorem."""
    stored = json.loads(witness.read_text())
    greedy = tmp_path / "greedy.json"
    greedy.write_text(json.dumps({**stored, "parameters": {**stored["parameters"], "delta": "50"}}))
    assert replay_witness(greedy).failing == ("width",)
    assert document(invoke("replay", str(greedy), "--json"))["failing"] == ["width"]
    assert "width" in invoke("replay", str(greedy)).stdout


def test_an_assumption_is_replayed_as_it_was_made(tmp_path: Path) -> None:
    """A constant so small that every output is too large, and one so large that none is."""
    given: dict[str, Any] = {"data": "arc:n=2,mu=0.5,phi=0.9", "activation": "relu", "k": 100, "L": 2, "failure": ".1"}
    report = verify("zczg18.lemA_6", **given, assume={"C_upper": "1e-6"}, trials=4, out=tmp_path)
    assert report.verdict is Verdict.VIOLATED, report.reason
    stored = json.loads((tmp_path / "witness.json").read_text())
    assert replay_witness(tmp_path / "witness.json").confirmed is True
    kind = tmp_path / "kind.json"
    kind.write_text(json.dumps({**stored, "assume": {**stored["assume"], "C_upper": "1e6"}}))
    assert replay_witness(kind).confirmed is False


def test_the_data_of_the_file_count_whatever_their_name(witness: Path, tmp_path: Path) -> None:
    """What the generator gives today is taken only where it still is what was stored."""
    stored = json.loads(witness.read_text())
    assert read_witness(witness)[1].y.tolist() == stored["y"]
    other = tmp_path / "other.json"
    other.write_text(json.dumps({**stored, "y": [2 * label for label in stored["y"]]}))
    assert read_witness(other)[1].y.tolist() == [2 * label for label in stored["y"]]


def test_a_witness_too_large_to_replay_is_undecided(witness: Path, tmp_path: Path) -> None:
    """Beyond the limit of the slow implementation the answer is neither yes nor no."""
    large = tmp_path / "large.json"
    large.write_text(json.dumps({**json.loads(witness.read_text()), "width": 10**9}))
    assert replay_witness(large).confirmed is None
    assert invoke("replay", str(large)).exit_code == 3


def test_the_command_says_what_it_saw(witness: Path) -> None:
    """Exit code 1 and the claim, step and trial."""
    result = invoke("replay", str(witness), "--json")
    assert result.exit_code == 1
    assert document(result)["confirmed"] is True
    assert document(result)["statement"] == "os19.thm2_1"


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"statement": 3}', "\x00"])
def test_what_is_no_witness_is_one_line(tmp_path: Path, content: str) -> None:
    """The path is named."""
    path = tmp_path / "w.json"
    path.write_text(content)
    with pytest.raises(BadInput, match=r"witness = .*is not a witness"):
        replay_witness(path)
    with pytest.raises(BadInput, match=r"witness = .*cannot be read"):
        replay_witness(tmp_path / "none.json")


@pytest.mark.parametrize(
    "changed",
    [
        {"step": -1},
        {"step": "3"},
        {"step": 3.7},
        {"width": "12"},
        {"width": None},
        {"seed": -1},
        {"trial": 0.5},
        {"digest": None},
        {"relaxed": None},
        {"parameters": None},
        {"parameters": [1]},
        {"assume": None},
        {"step_size": None},
        {"step_size": "small"},
        {"step_size": 0},
    ],
)
def test_a_tampered_witness_is_one_line(witness: Path, tmp_path: Path, changed: dict[str, object]) -> None:
    """A value of another kind than `verify` writes is refused, whatever the slow implementation would make of it."""
    path = tmp_path / "tampered.json"
    path.write_text(json.dumps({**json.loads(witness.read_text()), **changed}))
    result = invoke("replay", str(path))
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


def test_a_witness_says_what_saw_it(witness: Path) -> None:
    """The versions of the libraries are in the file."""
    assert json.loads(witness.read_text())["versions"] == versions()


def test_numbers_beside_the_statement_are_in_the_file(tmp_path: Path) -> None:
    """The depth of a deep network and the batch size are no symbols of every statement, and needed to run it again."""
    logistic = {"loss_exponent": 1, "loss_floor": "1/2", "loss_growth": "1/2", "margin_loss_smoothness": "1/4"}
    given = {"k": 64, "L": 1, "b": 1, "radius": ".001", "failure": ".1", **logistic}
    report = verify(
        "zczg18.lem5_7", data="arc:n=2,mu=0.5,phi=0.9", trials=4, assume={"C": 10**6}, out=tmp_path, **given
    )
    assert report.verdict is Verdict.VIOLATED
    replayed = replay_witness(tmp_path / "witness.json")
    assert replayed.witness.parameters["L"] == "1.0"
    assert replayed.confirmed is True


def test_a_chosen_step_size_is_replayed_and_stands_in_both_places(tmp_path: Path) -> None:
    """Where the caller chooses the step size it is a parameter too: changed in one place only it is refused."""
    logistic = {"loss_exponent": 1, "loss_floor": "1/2", "loss_growth": "1/2", "margin_loss_smoothness": "1/4"}
    given: dict[str, Any] = {"k": 64, "L": 1, "b": 1, "radius": ".001", "failure": ".1", **logistic}
    data = "arc:n=2,mu=0.5,phi=0.9"
    verify("zczg18.lem5_7", data=data, trials=4, step_size=".001", assume={"C": 10**6}, out=tmp_path, **given)
    stored = json.loads((tmp_path / "witness.json").read_text())
    assert stored["step_size"] == pytest.approx(0.001)
    changed = tmp_path / "changed.json"
    numbers = {**stored["parameters"], "step_size": "0.002"}
    for one in ({"step_size": 0.002}, {"parameters": numbers}):
        changed.write_text(json.dumps({**stored, **one}))
        with pytest.raises(BadInput, match=r"step_size = .* is not that of the run"):
            replay_witness(changed)
    changed.write_text(json.dumps({**stored, "parameters": numbers, "step_size": 0.002}))
    assert replay_witness(changed).witness.step_size == 0.002


def test_a_theorem_of_ones_own_is_replayed_from_python(tmp_path: Path) -> None:
    """The command knows the encoded statements only and says what to do; another theorem of that id is not taken."""
    encoded, own = statement("os19.lem6_12"), false_lemma(id="toy.lem1")
    assert verify(own, **LEMMA, trials=64, out=tmp_path).verdict is Verdict.VIOLATED
    file = tmp_path / "witness.json"
    assert replay_witness(file, statement=own).confirmed is True
    result = invoke("replay", str(file))
    assert result.exit_code == 2
    assert "statement = toy.lem1: unknown" in result.stderr
    assert "from boundkit.verify import replay_witness; replay_witness(path, statement=...)" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    with pytest.raises(BadInput, match=r"statement = os19.lem6_12: is not that of the witness, toy.lem1"):
        replay_witness(file, statement=encoded)


def test_an_altered_statement_is_not_replayed_as_the_encoded_one(tmp_path: Path) -> None:
    """Under the same id the witness still tells the two apart, in one line, whichever of them is handed over."""
    own = false_lemma(id="os19.lem6_12")
    assert verify(own, **LEMMA, trials=64, out=tmp_path).verdict is Verdict.VIOLATED
    file = tmp_path / "witness.json"
    assert replay_witness(file, statement=own).confirmed is True
    result = invoke("replay", str(file))
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
    assert "statement = os19.lem6_12: the witness is of another version of it; for your own: from" in result.stderr
    with pytest.raises(BadInput, match="the witness is of another version of it"):
        replay_witness(file, statement=replace(own, probability=own.probability / 2))
    assert own.hypotheses
    with pytest.raises(BadInput, match="the witness is of another version of it"):
        replay_witness(file, statement=replace(own, hypotheses=own.hypotheses[1:]))


def test_a_seed_that_a_double_does_not_hold_is_told_as_text(witness: Path, tmp_path: Path) -> None:
    """All of its digits reach the readers of JSON, also those that know doubles only."""
    seeded = tmp_path / "seeded.json"
    seeded.write_text(json.dumps({**json.loads(witness.read_text()), "seed": 2**60 + 1}))
    assert document(invoke("replay", str(seeded), "--json"))["seed"] == str(2**60 + 1)


def test_words_about_a_statement_make_no_other_version(witness: Path) -> None:
    """A title, a proof and errata are not what was tried."""
    encoded = statement("os19.thm2_1")
    assert replay_witness(witness, statement=replace(encoded, title="Other", proof="Other", errata=())).confirmed


def test_a_witness_of_level_relaxed_says_so(witness: Path, tmp_path: Path) -> None:
    """What was ignored is in the file and told by the command, where the theorem itself says nothing."""
    small: dict[str, Any] = {"data": "orthonormal:n=4", "activation": "0.01*cos(z)", "delta": 1, "assume": {"c": 1}}
    report = verify("os19.thm2_1", **small, level="relaxed", k=20, trials=6, steps=3000, out=tmp_path)
    assert (report.verdict, report.relaxed) == (Verdict.VIOLATED, ("width",))
    file = str(tmp_path / "witness.json")
    assert document(invoke("replay", file, "--json"))["relaxed"] == ["width"]
    assert "RELAXED     width (the theorem says nothing here)" in invoke("replay", file).stdout
    assert document(invoke("replay", str(witness), "--json"))["relaxed"] == []
    assert "RELAXED" not in invoke("replay", str(witness)).stdout


def test_parameters_are_read_as_verify_reads_them(witness: Path, tmp_path: Path) -> None:
    """A fraction is a number; what is none is refused in one line."""
    stored = json.loads(witness.read_text())
    path = tmp_path / "w.json"
    for value, code in (("1/2", 1), ("half", 2), (None, 2), ([1], 2), ("-1", 2)):
        path.write_text(json.dumps({**stored, "parameters": {**stored["parameters"], "delta": value}}))
        result = invoke("replay", str(path))
        assert (result.exit_code, len(result.stderr.splitlines())) == (code, code - 1), value
