"""Theorem 2 and the network theorem with other lemmas in their proofs: what each improvement buys."""

from __future__ import annotations

from dataclasses import replace

from boundkit.papers.sgd22 import initial, jacobian as lemmas, kernel, levels, loss as losses, network, width
from boundkit.statement import Statement
from boundkit.statement.chain import Chain

GROWTH = (losses.lem_growth_sharpened, losses.growth_repetition)
PROOF = "The chain of the repaired form with other lemmas in their places."


def _named(parent: Statement, swapped: Statement, uses: tuple[str, ...]) -> Statement:
    return replace(
        swapped,
        id=f"{parent.id}[{', '.join(uses)}]",
        kind=parent.kind,
        title=f"{parent.title}, lemmas swapped",
        form=parent.form,
        improves=parent.improves,
        uses=uses,
        orders=(),
        proof=PROOF,
    )


def _theorem(*, eigenvalue: Statement, jacobian: Statement, loss: Statement, growth: Statement) -> Statement:
    """Theorem 2 (repaired), whose proof asks of each lemma no more than its claim.

    * `eigenvalue`: bounds of the kernel's spectrum enter the Chernoff bounds only, which hold with any lower bound of
      the smallest and any upper bound of the largest mean eigenvalue.
    * `jacobian`: the norm of the Jacobian at the start, of which the proof uses an upper bound.
    * `loss`: an upper bound of the first loss and its probability, added to the other events.
    * `growth`: the mean and sure constants of a batch; with repetition they are those of another way to draw batches,
      which the setting of the theorem then names.
    """
    start = levels.on_kernel(levels.at_initialisation(adjoint=jacobian, loss=loss), eigenvalue)
    swapped = width.from_start(start=start, base=network.width_theorem(growth_lemma=growth))
    return _named(width.thm2_repaired, swapped, (lemmas.direct.id, losses.lem_pl.id, *start.uses, growth.id))


def _network(*, growth: Statement, smoothness: Statement) -> Statement:
    """The network theorem from a measured start: any Lipschitz constant of the Jacobian on the outer ball will do."""
    swapped = network.network_theorem(growth_lemma=growth, smoothness=smoothness)
    return _named(network.d_network, swapped, swapped.uses)


CHAINS = (
    Chain(
        width.thm2_repaired.id,
        {
            "eigenvalue": (kernel.feature_kernel, kernel.kernel_sharpened, kernel.kernel_repaired),
            "jacobian": (lemmas.adjoint_sharpened, lemmas.adjoint),
            "loss": (initial.h0_repaired, initial.h0_tracked),
            "growth": GROWTH,
        },
        _theorem,
    ),
    Chain(
        network.d_network.id,
        {"growth": GROWTH, "smoothness": (lemmas.beta_sharpened, lemmas.beta_printed)},
        _network,
    ),
)
