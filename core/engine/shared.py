"""Functions of TensorFlow that are traced and compiled once, for any variables alike."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import tensorflow as tf


def in_one_thread(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function``, its graph's operations one after the other in the thread that calls it.

    TensorFlow's usual executor hands operations on from thread to thread, which takes longer than
    most of ours. It is asked to trace so, too: loops are made in another way.
    """

    def call(*arguments: Any) -> Any:
        with tf.experimental.function_executor_type("SINGLE_THREADED_EXECUTOR"):
            return function(*arguments)

    return call


class Shared:
    """``function`` over ``variables``, which it reads and changes; ``over`` others the same.

    A function captures its variables as inputs beside its arguments: called with others in their
    place, it does with these what it does with its own. Of all those that share it the first call
    traces it, and the arguments of all calls are of one shape.
    """

    def __init__(
        self, function: Any, variables: Sequence[tf.Variable], *, plain: bool = False
    ) -> None:
        """``function`` is one of ``tf.function``; ``plain`` if not compiled by XLA."""
        self._function, self._own, self._variables = function, variables, variables
        self._plain = plain
        self._traced: list[Any] = []
        self._tracing = threading.Lock()
        self._captured: list[tf.Tensor] | None = None

    def over(self, variables: Sequence[tf.Variable]) -> "Shared":
        """The same function over ``variables``, one in the place of each of its own."""
        other = Shared(self._function, self._own, plain=self._plain)
        other._variables = variables
        other._traced, other._tracing = self._traced, self._tracing
        return other

    def __call__(self, *arguments: tf.Tensor) -> Any:
        """What the function returns for ``arguments``."""
        return (in_one_thread(self._call) if self._plain else self._call)(*arguments)

    def _call(self, *arguments: tf.Tensor) -> Any:
        with self._tracing:
            if not self._traced:
                self._traced.append(self._function.get_concrete_function(*arguments))
        function = self._traced[0]
        if self._captured is None:
            places = {id(own.handle): place for place, own in enumerate(self._own)}
            # What is captured beside variables are constants.
            self._captured = [
                self._variables[places[id(tensor)]].handle if id(tensor) in places else tensor
                for tensor in function.captured_inputs
            ]
        # The one way to call it so: TensorFlow's own loading of models takes it, too.
        return function._call_flat(list(arguments), self._captured)


@dataclass(frozen=True, slots=True, eq=False)
class Functions:
    """What is traced and compiled once for all blocks alike; weights are arguments of the rest."""

    train: Shared
    turn: Shared
    test: Callable[..., Any]
    probe: Callable[..., Any]
    evaluate: Callable[..., Any]
    early_test: Callable[..., Any]
    early_probe: Callable[..., Any]

    def over(self, variables: Sequence[tf.Variable]) -> "Functions":
        """The same, where training changes ``variables``."""
        return replace(self, train=self.train.over(variables), turn=self.turn.over(variables))
