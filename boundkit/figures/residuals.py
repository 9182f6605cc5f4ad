"""Figures 6 to 9 of Oymak, Fabian, Li & Soltanolkotabi, on digits: residuals in the two spaces, with label noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from boundkit.figures.digits import CORRUPTED, NET, SUBSTITUTE, SUBSTITUTED, Training, trained
from boundkit.figures.figure import Contrast, Curve, Curves, Figure, Mark, Outcome, Progress
from boundkit.figures.jacobian import Spaces
from boundkit.train.backend import Backend

PAPER = "Oymak, Fabian, Li & Soltanolkotabi 2019"
CLASSES_MEANT = {"any": "any class", "different": "a different class"}
ADAM_SHARE, SGD_SHARE = 4e-4, 1e-2  # of the residual on the information space, after 100 epochs
STABLE = 0.25  # share by which a value may change
EPOCH = 78  # steps: batches of 128 of 9999 samples


def energy_panel(run: Training, spaces: Spaces, title: str, *, test: bool = False, at: int | None = None) -> Curves:
    """Shares of the residual's energy in both spaces over the steps."""
    steps = tuple(float(s.step + 1) for s in run.snapshots)
    inside, beside = run.shares(spaces, test=test)
    curves = (Curve("information", steps, tuple(inside.tolist())), Curve("nuisance", steps, tuple(beside.tolist())))
    marks = () if at is None else (Mark(f"Jacobian taken at step {at}", at + 1, False),)
    return Curves(title, "step + 1", "residual energy / start", curves, marks, log_x=True, log_y=True)


def error_panel(run: Training, title: str) -> Curves:
    """Misclassified shares of both samples over the steps."""
    steps = tuple(float(s.step + 1) for s in run.snapshots)
    curves = (
        Curve("train", steps, tuple(s.error for s in run.snapshots)),
        Curve("test", steps, tuple(s.test_error for s in run.snapshots)),
    )
    return Curves(title, "step + 1", "misclassified", curves, log_x=True)


def evolution(p: Mapping[str, Any], seed: int, progress: Progress | None, backend: Backend) -> Outcome:
    """Residuals on train and test in the spaces of the Jacobian at `jacobian_at` (None: the last step)."""
    at = p["steps"] if p["jacobian_at"] is None else p["jacobian_at"]
    run = trained(p, seed, progress, keep=at, device=backend)
    spaces = run.spaces(at)
    mark = None if p["jacobian_at"] is None else at
    panels = (
        energy_panel(run, spaces, "(a) train residual", at=mark),
        energy_panel(run, run.test_spaces(at), "(b) test residual", test=True, at=mark),
        error_panel(run, "(c) errors"),
    )
    inside, beside = run.shares(spaces)
    tests = [s.test_error for s in run.snapshots]
    noisy = p["corruption"] > 0
    drops = bool(inside[-1] / inside[0] < beside[-1] / beside[0] < 1)
    slower: Any = () if noisy else ("down, by a smaller factor", drops)
    halved = _halved(run, inside), _halved(run, beside)
    comparisons = [
        Contrast(
            "train, information: start, end",
            "falls sharply" if noisy else "drops fast",
            _pair(inside, 0),
            "by a factor of 100",
            bool(inside[-1] <= inside[0] / 100),
        ),
        Contrast("train, nuisance: start, end", None if noisy else "drops slowly", _pair(beside, 0), *slower),
        Contrast("steps until the information part has halved", None, halved[0]),
        Contrast("steps until the nuisance part has halved", None, halved[1]),
    ]
    if noisy:
        shares = run.shares(run.test_spaces(at), test=True)
        comparisons += _overfitting([s.step for s in run.snapshots], np.array(tests), *shares)
    else:
        errors = f"{run.snapshots[-1].error:.3g}, {tests[-1]:.3g}"
        below = max(run.snapshots[-1].error, tests[-1]) < min(run.snapshots[0].error, tests[0]) / 2
        comparisons.append(
            Contrast("train and test error, end", "both decrease", errors, "both more than halved", below)
        )
    return Outcome(panels, tuple(comparisons))


def _overfitting(steps: list[int], tests: np.ndarray, inside: np.ndarray, beside: np.ndarray) -> list[Contrast]:
    """What half of the labels being wrong does after the step of the lowest test error."""
    best = int(tests.argmin())
    stable = bool(abs(inside[-1] / inside[best] - 1) <= STABLE)
    return [
        Contrast("step of the lowest test error", "epoch 100", steps[best]),
        Contrast(
            "lowest and last test error",
            "a steady increase",
            _pair(tests, best),
            "lowest in the first half, then up by half",
            steps[best] < steps[-1] / 2 and bool(tests[-1] > 1.5 * tests[best]),
        ),
        Contrast(
            "test, nuisance: at the lowest test error, end",
            "rises",
            _pair(beside, best),
            "higher at the end",
            bool(beside[-1] > beside[best]),
        ),
        Contrast(
            "test, information: at the lowest test error, end",
            "stable",
            _pair(inside, best),
            f"within {100 * STABLE:g} %",
            stable,
        ),
    ]


def _pair(values: np.ndarray, at: int) -> str:
    return f"{values[at]:.3g}, {values[-1]:.2g}"


def _halved(run: Training, values: np.ndarray) -> int | None:
    below = np.flatnonzero(values <= values[0] / 2)
    return run.snapshots[int(below[0])].step if below.size else None


def adam(p: Mapping[str, Any], seed: int, progress: Progress | None, backend: Backend) -> Outcome:
    """Adam: training residuals in the spaces of the initial and of the final Jacobian; gradient descent beside it."""
    run = trained(p, seed, progress, device=backend)
    other = trained({**p, "optimiser": "descent"}, seed, device=backend)
    reported = (
        Mark(f"paper, 100 epochs of Adam: {ADAM_SHARE:g}", ADAM_SHARE, True, horizontal=True),
        Mark(f"paper, 100 epochs of SGD: {SGD_SHARE:g}", SGD_SHARE, True, horizontal=True),
        Mark(f"{100 * EPOCH} steps", 100 * EPOCH, False),
    )
    found, beside = run.shares(run.final), other.shares(other.final)
    plain = tuple(
        Curve(
            f"{name}, descent",
            tuple(float(s.step + 1) for s in other.snapshots),
            tuple(values.tolist()),
            dashed=True,
            group=g,
        )
        for g, (name, values) in enumerate(zip(("information", "nuisance"), beside, strict=True))
    )
    adaptive = energy_panel(run, run.final, "(b) final Jacobian")
    adaptive = replace(adaptive, curves=(*(replace(c, group=g) for g, c in enumerate(adaptive.curves)), *plain))
    panels = energy_panel(run, run.first, "(a) initial Jacobian"), replace(adaptive, marks=reported)
    at = min(100 * EPOCH, p["steps"])
    place = max(i for i, s in enumerate(run.snapshots) if s.step <= at)
    after = f"information part after {run.snapshots[place].step} steps, final Jacobian"
    ours, theirs = float(found[0][place]), float(beside[0][place])
    comparisons = (
        Contrast(f"Adam: {after}", ADAM_SHARE, ours, f"at most {ADAM_SHARE:g}", ours <= ADAM_SHARE),
        Contrast(f"descent: {after}", SGD_SHARE, theirs, "10 times Adam's or more", theirs >= 10 * ours),
        Contrast("steps until the information part has halved", None, _halved(run, found[0])),
        Contrast("steps until the nuisance part has halved", None, _halved(run, found[1])),
    )
    return Outcome(panels, comparisons)


def corruption(p: Mapping[str, Any], seed: int, progress: Progress | None, backend: Backend) -> Outcome:
    """Nuisance energy of the labels and final test error over the share of labels replaced, in two ways."""
    shares = p["corruption"]
    panels, comparisons = [], []
    for part, replacement in enumerate(CLASSES_MEANT):
        rows = []
        for place, share in enumerate(shares):
            run = trained({**p, "corruption": share, "replacement": replacement}, seed, device=backend)
            energies = [spaces.alignment(run.data.Y)[1] ** 2 for spaces in (run.first, run.final)]
            rows.append((*energies, run.snapshots[-1].test_error))
            if progress is not None:
                progress(part * len(shares) + place + 1, 2 * len(shares))
        names = ("nuisance, initial J", "nuisance, final J", "test error")
        columns = tuple(zip(*rows, strict=True))
        curves = tuple(
            Curve(name, tuple(map(float, shares)), values, dashed="final" in name)
            for name, values in zip(names, columns, strict=True)
        )
        panels.append(
            Curves(
                f"replaced by {CLASSES_MEANT[replacement]}",
                "share of labels replaced",
                "fraction",
                curves,
            )
        )
        for name, values in zip(names, columns, strict=True):
            shown = ", ".join(f"{value:.3g}" for value in values)
            rises = bool((np.diff(values) > 0).all())
            quantity = f"{replacement} class: {name}"
            comparisons.append(Contrast(quantity, "increases with corruption", shown, "it never falls", rises))
    return Outcome(tuple(panels), tuple(comparisons))


LAZY: Mapping[str, Any] = {**NET, "n": 300, "k": 256, "nu": 4.0, "rank": 30, "step_share": 1.0, "steps": 6_000}
NEARLY_LINEAR = "nu = 4 keeps the training nearly linear: the Jacobian hardly changes."
DESCENT = {**LAZY, "optimiser": "descent"}


def _evolution(number: int, title: str, reported: str, *notes: str, jacobian_at: int | None, **stated: Any) -> Figure:
    return Figure(
        id=f"ofls19.fig{number}",
        title=title,
        source=f"{PAPER}, Fig. {number}, {SUBSTITUTE}",
        reported=reported,
        parameters=stated,
        chosen={**DESCENT, "jacobian_at": jacobian_at},
        quick={"steps": 1_000},
        experiment=evolution,
        notes=(*SUBSTITUTED, NEARLY_LINEAR, *notes),
    )


FIGURES = (
    _evolution(
        6,
        "Residuals and errors in training, clean labels",
        "the residual falls fast on the information space and slowly on the nuisance space",
        corruption=0.0,
        jacobian_at=None,
    ),
    Figure(
        id="ofls19.fig7",
        title="Residuals in training with Adam, clean labels",
        source=f"{PAPER}, Fig. 7, {SUBSTITUTE}",
        reported="the information part is below 4e-4 after 100 epochs, against 1e-2 with SGD",
        parameters={"optimiser": "Adam", "rate": 1e-3, "corruption": 0.0},
        chosen={**NET, "nu": 0.3, "step_share": 0.5, "steps": 31_200},
        quick={"steps": 8_000},
        experiment=adam,
        notes=(
            *SUBSTITUTED,
            "100 epochs of 78 batches are 7800 steps.",
            "Full-batch descent at half of 1 / |J|^2 is fast: that Adam beats SGD is not repeated by two layers.",
        ),
    ),
    _evolution(
        8,
        "Residuals and errors in training, half of the labels corrupted",
        "the test error is lowest at epoch 100 and then increases, by the nuisance space",
        "The spaces are those of the Jacobian near the lowest test error, as in the paper.",
        **CORRUPTED,
        jacobian_at=30,
    ),
    Figure(
        id="ofls19.fig9",
        title="Nuisance energy of the labels and test error over label corruption",
        source=f"{PAPER}, Fig. 9, {SUBSTITUTE}",
        reported="all three increase with corruption",
        parameters={"corruption": (0.0, 0.25, 0.5, 0.75, 1.0)},
        chosen=DESCENT,
        quick={"n": 150, "k": 128, "rank": 15, "steps": 500},
        experiment=corruption,
        notes=(
            *SUBSTITUTED,
            NEARLY_LINEAR,
            "The paper replaces labels by a strictly different class: at 100% they are never the true one, which tells",
            "more than at 75%, and the nuisance energy falls. Where any class replaces them, it increases throughout.",
        ),
    ),
)
