"""Statistics at initialization alone: many deep and narrow networks, no training."""

import time
from typing import Any

from core.engine.start import start
from core.experiment import Experiment
from core.jobs import train


def measure(networks: int, layers: int, width: int) -> dict[str, Any]:
    """Seconds from the experiment to its frames, TensorFlow imported before."""
    experiment = Experiment(
        dataset="moons",
        hidden=[width] * layers,
        activation=["relu", "tanh"],
        seed=list(range(networks // 2)),
        epochs=0,
    )
    start()
    begun = time.perf_counter()
    layers_told = len(train(experiment).layers)
    seconds = time.perf_counter() - begun
    runs = len(experiment.grid())
    if layers_told != runs * layers:
        raise RuntimeError(f"{layers_told} layers were told of, not {runs * layers}")
    note = f"{runs:,} networks, {layers} hidden layers of {width}; TensorFlow's import not counted"
    return {"seconds": seconds, "notes": {"seconds": note}}
