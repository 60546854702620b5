"""The catalog of losses, in the order of menus, and which of them fit a task and an output.

A new loss is one record among the class or the error losses; menus, command line,
Functions page and tests follow.
"""

from collections.abc import Mapping

from core.catalog.choice import catalog_of, parse
from core.catalog.class_losses import CLASS_LOSSES
from core.catalog.error_losses import ERROR_LOSSES
from core.catalog.loss import Loss
from core.catalog.outputs import OUTPUTS
from core.errors import InvalidExperiment, Term
from core.language import N_

LOSSES: Mapping[str, Loss] = catalog_of(*CLASS_LOSSES, *ERROR_LOSSES)


def pairing(loss: str, output: str | None, task: str) -> str:
    """The output to use with ``loss`` for a ``task`` ("classification" or "regression").

    ``output`` None takes the loss's default.

    Raises:
        InvalidExperiment: a name is unknown, or the three make no sense together.
    """
    record = LOSSES[parse(loss, LOSSES, N_("loss")).name]
    if task not in record.outputs:
        raise InvalidExperiment(
            N_("The loss {loss} does not fit a task of {task}; valid are {valid}."),
            loss=record.name,
            task=Term(task),
            valid=", ".join(name for name, other in LOSSES.items() if task in other.outputs),
        )
    fitting = record.outputs[task]
    if output is None:
        return fitting[0]
    chosen = parse(output, OUTPUTS, N_("output")).name
    if chosen not in fitting:
        raise InvalidExperiment(
            N_("The loss {loss} with the output {output} makes no sense for {task}: {reason}"),
            loss=record.name,
            output=chosen,
            task=Term(task),
            reason=Term(record.reasons[task]),
        )
    return chosen
