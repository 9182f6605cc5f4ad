"""Exit codes, and one line for every failure."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from boundkit.cli.main import COMMANDS
from boundkit.verify import Report, Verdict
from tests.cli.conftest import Call, document

DATA = ["--data", "orthonormal:n=3"]
VERIFY = ["verify", "os19.thm6_2.refined", *DATA, "--activation", "softplus", "--set", "delta=1"]
RUN = ["--trials", "2", "--steps", "2"]
LONG = "x" * 3000

BAD = [
    (["lsit"], "command", "list"),
    (["list", "--papre", "x"], "option", "--paper"),
    (["list", "extra"], "arguments", ""),
    (["list", "--paper"], "option", "requires an argument"),
    (["list", "--paper", "os18"], "paper", "os19"),
    (["list", "--kind", "theorm"], "kind", "theorem"),
    (["show"], "id", "needed"),
    (["show", "os19.thm21"], "statement", "os19.thm2_1"),
    (["show", "os19.thm2_1", "--format", "pdf"], "format", "latex"),
    (["width", "os19.thm2_1"], "data", "needed"),
    (["width", "os19.thm2_1", *DATA], "activation", "needed"),
    (["width", "os19.thm2_1", "--data", "speher:n=3", "--activation", "relu"], "data", "sphere"),
    (["width", "os19.thm2_1", "--data", "missing.npz", "--activation", "relu"], "data", ""),
    (["width", "os19.thm2_1", *DATA, "--activation", "sotfplus", "--set", "delta=1"], "activation", "softplus"),
    (["width", "os19.thm2_1", *DATA, "--activation", "softplus"], "delta", "needed"),
    (["width", "os19.thm2_1", *DATA, "--activation", "softplus", "--set", "delta"], "set", "NAME=VALUE"),
    (["width", "os19.thm2_1", *DATA, "--activation", "softplus", "--set", "dleta=1"], "set", "delta"),
    (["width", "os19.thm2_1", *DATA, "--activation", "softplus", "--set", "delta=-1"], "delta", "positive"),
    (["width", "os19.thm2_1", *DATA, "--activation", "softplus", "--set", "delta=x"], "delta", "number"),
    (["width", "os19.thm2_1", *DATA, "--set", "delta=1", "--set", "delta=2"], "delta", "twice"),
    (["width", "os19.thm2_1", *DATA, "--activation", "softplus", "--set", "k=5"], "k", "guarantee"),
    (
        ["width", "os19.thm2_1", *DATA, "--activation", "softplus", "--set", "lambda=5"],
        "lambda",
        "measured on the data",
    ),
    (["width", "os19.thm2_1", *DATA, "--activation", "softplus", "--set", "sup_dphi=5"], "sup_dphi", "the activation"),
    (["width", "os19.thm2_1", *DATA, "--activation", "softplus", "--set", "c=5"], "c", "with assume"),
    (["width", "os19.thm2_1", *DATA, "--activation", "softplus", "--set", "step_size=5"], "step_size", "not free here"),
    (["width", "os19.thm2_1", *DATA, *DATA, "--activation", "softplus"], "data", "orthonormal:n=3: is given twice"),
    (["hermite", "relu", "--degree", "2", "--degree", "3"], "degree", "3: is given twice"),
    (["width", "os19.thm2_1", *DATA, "--activation", "softplus", "--assume", "C=5"], "assume", "c"),
    (["guarantee", "os19.thm2_1", *DATA, "--activation", "softplus"], "k", "needed"),
    (["guarantee", "os19.thm2_1", *DATA, "--activation", "softplus", "--k", "many"], "k", "integer"),
    (["guarantee", "os19.thm2_1", *DATA, "--activation", "softplus", "--set", "delta=1", "--k", "0"], "k", "positive"),
    (["compare"], "ids", "needed"),
    (["compare", "os19.thm2_1", "nothing", *DATA], "statement", "unknown"),
    (["table", "width"], "table", "widths"),
    (["table", "errata", "--format", "doc"], "format", "md"),
    (["table", "errata", *DATA], "data", "not used"),
    (["table", "widths"], "data", "needed"),
    (["table", "orders", "--couple", "d"], "couple", "NAME=VALUE"),
    (["table", "orders", "--couple", "dd=1"], "couple", "d"),
    (["table", "orders", "--base", "1/m"], "base", "unknown"),
    (["table", "swaps"], "data", "needed"),
    (["table", "swaps", *DATA, "--theorem", "os19.thm2_2"], "theorem", "os19.thm2_1"),
    (["table", "looseness"], "from", "needed"),
    (["table", "looseness", "--from", "missing"], "from", "readable"),
    (["list", "--activation", "smoth"], "activation", "smooth"),
    (["list", "--depth", "shallow"], "depth", "deep"),
    (["hermite", "rleu"], "activation", "relu"),
    (["hermite", "relu", "--degree", "-1"], "degree", "0"),
    (["hermite", "relu", "--digits", "1.5"], "digits", "integer"),
    (["hermite", "relu", "--convention", "physicist"], "convention", "probabilist"),
    (["hermite", "relu", "--derivative", "-1"], "derivative", ""),
    (["quantities", "--data", ""], "data", ""),
    (["certify", *DATA, "--activation", "softplus", "--k", "100", "--device", "tpu"], "device", "cpu"),
    (["certify", *DATA, "--activation", "softplus", "--k", "100", "--seed", "-1"], "seed", ""),
    (["certify", *DATA, "--activation", "softplus", "--k", "-100"], "k", ""),
    (["certify", *DATA, "--activation", "softplus", "--k", "9", "--assume", "c=1"], "assume", "open"),
    (["certify", *DATA, "--activation", "softplus", "--k", "1e300"], "k", "from 1 to 1000000000000"),
    (["certify", *DATA, "--activation", "softplus", "--k", "100", "--seed", "1e30"], "seed", "from 0 to"),
    ([*VERIFY, "--level", "literl"], "level", "literal"),
    ([*VERIFY, "--level", "relaxed"], "k", "needed"),
    ([*VERIFY, "--trials", "0"], "trials", "1"),
    ([*VERIFY, "--steps", "1e99"], "steps", "1"),
    ([*VERIFY, "--set", "level=0.3"], "level", "--level"),
    ([*VERIFY, "--out", "file"], "out", "not a folder"),
    ([*VERIFY, "--out", "file/inside"], "out", ""),
    ([*VERIFY, "--out", "a\0b"], "out", ""),
    ([*VERIFY, "--out", LONG], "out", ""),
    ([*VERIFY, "--out", ""], "out", "must be the path of a folder"),
    (["demo", "--out", "file"], "out", "not a folder"),
    (["figure", "ofls19.fig2", "--quick", "--out", ""], "out", "must end in .png"),
    (["figure", "ofls19.fig2", "--list"], "ID", "not expected with --list"),
    (["require", "os19.thm6_2", "--data", "orthonormal:n=4"], "for", "is needed"),
    (["require", "os19.thm6_2", "--for", "delt", "--data", "orthonormal:n=4", "--activation", "tanh"], "for", "delta"),
    (["figure", "ofls19.fig2", "--quick", "--out", f"{LONG}.png"], "out", "too long"),
    (["replay", "/dev/zero"], "witness", "is a device"),
    (["campaign", "/dev/zero"], "spec", "is a device"),
    (["campaign", sys.executable], "spec", "is not TOML"),
    (["replay", LONG], "witness", "too long"),
    (["report", LONG], "store", "too long"),
    (["report", "a\0b"], "store", "null byte"),
    (["table", "looseness", "--from", LONG], "store", "too long"),
    (["table", "verdicts", "--from", LONG], "store", "too long"),
]


@pytest.mark.parametrize(("arguments", "argument", "hint"), BAD, ids=lambda value: str(value)[:60])
def test_bad_input(arguments: list[str], argument: str, hint: str, call: Call, tmp_path: Path) -> None:
    """Exit code 2, one line that names the argument and what is valid, nothing written; JSON when asked for."""
    (tmp_path / "file").touch()
    result = call(*arguments)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.startswith(f"boundkit: {argument} = ")
    assert len(result.stderr.splitlines()) == 1
    assert hint in result.stderr
    told = document(call("--json", *arguments))["error"]
    assert set(told) == {"argument", "value", "message", "choices"}
    assert told["argument"] == argument
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_json_may_stand_anywhere(call: Call) -> None:
    """The error document comes wherever --json stands, also when the command is unknown."""
    for arguments in (["--json", "nope"], ["nope", "--json"], ["show", "--json", "x"], ["show", "x", "--json"]):
        assert document(call(*arguments))["error"]["choices"]


@pytest.mark.parametrize("verdict", list(Verdict))
def test_verdicts_have_exit_codes(verdict: Verdict, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """0 consistent or inconclusive, 1 violated, 3 not applicable or infeasible, 4 error."""
    report = Report("s", "literal", verdict, None, "data", None, None, 0)
    monkeypatch.setattr(import_module("boundkit.verify"), "verify", lambda *a, **k: report)
    expected = {"consistent": 0, "inconclusive": 0, "violated": 1, "not_applicable": 3, "infeasible": 3, "error": 4}
    result = call(*VERIFY, "--json")
    assert result.exit_code == expected[str(verdict)]
    assert document(result)["verdict"] == str(verdict)


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (ZeroDivisionError("a\nb"), 4, "boundkit: error: ZeroDivisionError: a b"),
        (MemoryError(), 4, "boundkit: error: MemoryError: "),
        (KeyboardInterrupt(), 130, "boundkit: interrupted"),
        (BrokenPipeError(), 141, ""),
    ],
)
def test_surprises(error: BaseException, code: int, line: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong inside, one line tells and no traceback shows, unless --debug asks for it."""

    def explode(*arguments: object, **more: object) -> None:
        raise error

    monkeypatch.setattr(import_module("boundkit.verify"), "verify", explode)
    result = call(*VERIFY)
    assert result.exit_code == code
    assert result.stderr == (line and f"{line}\n")
    assert ("Traceback" in call(*VERIFY, "--debug").stderr) == (code == 4)


@pytest.mark.parametrize(
    "arguments", [["show", "os19.thm2_1", "--json"], ["show", "os19.thm2_1"], ["--help"], ["nope"]]
)
def test_nobody_reads(arguments: list[str]) -> None:
    """A closed pipe ends quietly, never with the exit code of a violation."""
    code = f"from boundkit.cli.main import main; main({arguments!r})"
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([sys.executable, "-c", code], stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert done.returncode == (2 if arguments == ["nope"] else 141)
    assert bool(done.stderr) == (arguments == ["nope"])


def test_an_error_is_told_also_where_its_document_cannot_be_written() -> None:
    """The line on standard error does not wait for standard output."""
    code = "from boundkit.cli.main import main; main(['show', 'nope', '--json'])"
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-c", code], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("boundkit: statement = nope: unknown")
    assert len(done.stderr.splitlines()) == 1


def test_formulas_on_a_plain_terminal() -> None:
    """Where standard output has no Greek letters, formulas are escaped instead of failing."""
    code = "from boundkit.cli.main import main; main(['show', 'os19.thm2_1'])"
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"u03c4" in done.stdout


def test_unplanned_write_errors_are_bad_input(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that cannot be made is refused although it looked writable before the run."""

    def refuse(*arguments: object, **more: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    result = call(*VERIFY, *RUN, "--out", "new")
    assert result.exit_code == 2
    assert result.stderr == "boundkit: out = new: cannot be written: Permission denied\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_help(name: str, call: Call) -> None:
    """Every command explains itself, and the overview says in short what its module says."""
    result = call(name, "--help")
    assert result.exit_code == 0
    assert "--json" in result.stdout
    assert COMMANDS[name] in call("--help").stdout


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        (["--help"], {"numpy", "sympy", "flint", "rich"}),
        (["hermite", "relu", "--degree", "5"], {"rich", "numpy", "scipy", "boundkit.statement"}),
        (["show", "os19.thm2_1"], {"scipy", "boundkit.query", "boundkit.papers.sjl17", "boundkit.papers.sgd22"}),
    ],
)
def test_commands_are_loaded_lazily(arguments: list[str], unwanted: set[str]) -> None:
    """Help imports no heavy package, and a command does not import what it does not need."""
    code = (
        "import sys\nfrom boundkit.cli.main import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit:\n    print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not unwanted & set(done.stderr.split())


@pytest.mark.skipif(os.name != "posix", reason="closes a descriptor in the child")
@pytest.mark.parametrize(("arguments", "code"), [(["show", "os19.thm2_1"], 0), (["nope", "--json"], 2)])
def test_closed_output(arguments: list[str], code: int) -> None:
    """Without a standard output the command runs all the same, and never ends with the code of a violation."""
    program = f"from boundkit.cli.main import main; main({arguments!r})"
    done = subprocess.run(
        [sys.executable, "-c", program], stderr=subprocess.PIPE, check=False, preexec_fn=lambda: os.close(1)
    )
    assert done.returncode == code
    assert b"Traceback" not in done.stderr
