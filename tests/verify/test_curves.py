"""What is observed along a run, worked out by hand: stopped at the exit of a ball, ended, and weighted."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from boundkit.statement.vocabulary import distance, misfit, path_length, tau
from boundkit.statement.words.features import mean_excursion, stay_probability, stopped_squared_misfit
from boundkit.statement.words.generalisation import final_misfit
from boundkit.statement.words.shared import loss
from boundkit.statement.words.stochastic import (
    limit_loss,
    loss_before_exit,
    loss_given_stay,
    stopped_loss,
    stopped_path,
)
from boundkit.train.composite import CompositeRun
from boundkit.verify.observe.composite.training import _curves
from boundkit.verify.observe.shallow.layers import curves

NAN = np.nan


def test_runs_of_networks_stopped_and_ended() -> None:
    """One leaves the ball of radius 1 at step 2, one stays and has ended after step 2: it counts as fitted then."""
    run = SimpleNamespace(
        misfit=np.array([[8.0, 6.0, 4.0, 2.0], [4.0, 2.0, 1.0, NAN]]),
        distance=np.array([[0.0, 1.0, 1.5, 0.5], [0.0, 0.5, 0.75, NAN]]),
        path_length=np.array([[0.0, 1.0, 4.0, 7.0], [0.0, 0.5, 0.8, NAN]]),
        row_distance=np.array([[0.0, 1.0, 2.0, 0.5], [0.0, 0.5, 0.75, NAN]]),
        loss=np.array([[32.0, 18.0, 8.0, 2.0], [8.0, 2.0, 0.5, NAN]]),
        steps=np.array([3, 2]),
    )
    found = curves(run, np.array([1.0, 1.0]))
    expected = {
        loss: [[32.0, 18.0, 8.0, 2.0], [8.0, 2.0, 0.5, 0.0]],
        limit_loss: [[NAN, NAN, NAN, 2.0], [NAN, NAN, 0.5, NAN]],
        stopped_loss: [[32.0, 18.0, 0.0, 0.0], [8.0, 2.0, 0.5, 0.0]],
        loss_before_exit: [[32.0, 18.0, 8.0, 0.0], [8.0, 2.0, 0.5, 0.0]],
        loss_given_stay: [[NAN, NAN, NAN, NAN], [8.0, 2.0, 0.5, 0.0]],
        stopped_path: [[4.0], [0.8]],
        stay_probability: [[0.0], [1.0]],
        stopped_squared_misfit: [[0.0, 0.0, 0.0, 0.0], [16.0, 4.0, 1.0, 0.0]],
        mean_excursion: [[1.5], [0.75]],
        final_misfit: [[2.0], [1.0]],
        tau: [[0.0, 1.0, 2.0, 3.0]],
    }
    for symbol, values in expected.items():
        np.testing.assert_array_equal(found[symbol], values, err_msg=str(symbol))


def test_a_weighted_run_of_a_composite_objective() -> None:
    """Losses and the stopped path carry the weight of the run, its last loss and what is no mean do not."""
    run = CompositeRun(np.array([9.0, 4.0, 1.0, 16.0]), np.array([0.0, 1.0, 1.5, 0.5]), np.array([0.0, 1, 4, 7]), 0.5)
    out, inside = (_curves(run, radius) for radius in (1.0, 1.5))
    expected = {
        loss: [4.5, 2.0, 0.5, 8.0],
        limit_loss: [NAN, NAN, NAN, 16.0],
        stopped_loss: [4.5, 2.0, 0.0, 0.0],
        loss_before_exit: [4.5, 2.0, 0.5, 0.0],
        loss_given_stay: [NAN, NAN, NAN, NAN],
        stopped_path: [2.0],
        misfit: [3.0, 2.0, 1.0, 4.0],
        distance: [0.0, 1.0, 1.5, 0.5],
        path_length: [0.0, 1.0, 4.0, 7.0],
    }
    for symbol, values in expected.items():
        np.testing.assert_array_equal(out[symbol], [values], err_msg=str(symbol))
    for symbol, values in {stopped_loss: expected[loss], loss_given_stay: expected[loss], stopped_path: [3.5]}.items():
        np.testing.assert_array_equal(inside[symbol], [values], err_msg=str(symbol))
