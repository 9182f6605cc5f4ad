"""The explicit theorem on one hidden layer with other lemmas in its proof: what each improvement buys.

Theorem 4.1 itself is no chain here: every constant of its lemmas is open, and what its forms gain is in their orders.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from boundkit.papers.zczg18.changes import lemB_3_repaired, lemB_3_sharpened
from boundkit.papers.zczg18.initialisation import lemA_7_refined, lemA_7_tracked
from boundkit.papers.zczg18.losses import EXPLICIT, Loss, on_loss
from boundkit.papers.zczg18.one_hidden_layer import Ball, descent, gradient_ball, one_hidden_layer
from boundkit.statement import Statement
from boundkit.statement.chain import Chain

PLACES = {"flips": (lemB_3_sharpened, lemB_3_repaired), "small": (lemA_7_refined, lemA_7_tracked)}


def _theorem(finish: Callable[[Statement], Statement], *, flips: Statement, small: Statement) -> Statement:
    """The theorem in the ball that two lemmas make.

    * `flips`: the threshold of a form of Lemma B.3 may be any number, for each pre-activation that changes sign is
      either below it or moves by more than it; in the first layer none moves by more than the radius.
    * `small`: both forms of Lemma A.7 count the pre-activations below the threshold. The form for features of norm at
      least one half holds for the samples, which have norm one.
    """
    ball = Ball(flips=flips, small=small)
    parent = finish(one_hidden_layer)
    swapped = finish(descent(ball))
    kept = (item for item in descent(ball).uses if item != gradient_ball.id)
    uses = (*dict.fromkeys((*kept, *(item for item in swapped.uses if item != one_hidden_layer.id))), flips.id)
    return replace(
        swapped,
        id=f"{parent.id}[{', '.join(uses)}]",
        title=f"{parent.title}, lemmas swapped",
        improves=parent.improves,
        uses=uses,
        proof="The argument of the explicit theorem with other lemmas in their places.",
    )


def _chain(finish: Callable[[Statement], Statement]) -> Chain:
    return Chain(finish(one_hidden_layer).id, PLACES, partial(_theorem, finish))


def _on(loss: Loss) -> Chain:
    return _chain(partial(on_loss, loss=loss))


CHAINS = (_chain(lambda statement: statement), *(_on(loss) for loss in EXPLICIT))
