"""Real data that scikit-learn ships: digits, breast_cancer, wine, diabetes.

Its files are read directly: importing ``sklearn.datasets`` takes seconds and 160 MB, which
the web process has no room for. Tests hold the arrays against scikit-learn's own loaders.
"""

import gzip
from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from core.errors import DataUnavailable
from core.language import N_
from data.source import REGRESSION, Drawn, Settings, Source, Task
from data.split import Doubles, Stream, stratified, stream

Table = tuple[Doubles, Doubles]


@lru_cache(maxsize=4)
def table(name: str) -> Table:
    """All samples of a tabular set in their own units: inputs (rows, features), targets (rows,).

    Raises:
        DataUnavailable: the files of scikit-learn are not there, or not as expected.
    """
    source, read = _TABLES[name]
    try:
        inputs, targets = read()
    except (OSError, EOFError, ValueError):
        inputs = targets = np.empty(0)
    if inputs.shape != (source.available, source.features) or len(targets) != source.available:
        raise DataUnavailable(
            N_(
                "The data set {dataset} is part of scikit-learn, whose files cannot be read here;"
                " install the versions that requirements.txt names."
            ),
            dataset=name,
        )
    return inputs, targets


def _lines(file: str, *, header: int = 0, delimiter: str | None = ",") -> Doubles:
    # Found, not imported: find_spec of a top-level package runs none of its code.
    spec = find_spec("sklearn")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(file)
    path = Path(spec.submodule_search_locations[0]) / "datasets" / "data" / file
    content = path.read_bytes()
    text = (gzip.decompress(content) if file.endswith(".gz") else content).decode()
    rows = text.splitlines()[header:]
    if not rows:
        raise ValueError(file)  # NumPy would only warn of it.
    return np.loadtxt(rows, delimiter=delimiter, ndmin=2)


def _last_column_is_target(file: str, header: int) -> Callable[[], Table]:
    def read() -> Table:
        cells = _lines(file, header=header)
        return cells[:, :-1], cells[:, -1]

    return read


def _diabetes() -> Table:
    inputs = _lines("diabetes_data_raw.csv.gz", delimiter=None)
    return inputs, _lines("diabetes_target.csv.gz")[:, 0]


def draw(settings: Settings, seed: int) -> Drawn:
    """A split of the rows by the seed, each class in its share of both parts."""
    source = settings.source
    inputs, targets = table(source.name)
    classify = source.task.kind == "classification"
    labels = targets.astype(np.int32)
    train, test = stratified(
        labels if classify else np.zeros_like(labels),
        settings.train_samples,
        settings.test_samples,
        stream(seed, Stream.SPLIT),
    )
    answers = labels if classify else targets
    return Drawn(inputs[train], answers[train], inputs[test], answers[test])


# Sizes unless said: 20 % of the rows, rounded up, for the test, and all others to train.

DIGITS = Source(
    name="digits",
    title=N_("Small handwritten digits"),
    description=N_("1,797 handwritten digits of 8 by 8 pixels: always there, trains in seconds."),
    task=Task("classification", 10),
    shape=(8, 8),
    kind="image",
    draw=draw,
    citation="E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998",
    url="https://doi.org/10.24432/C50P49",
    licence="CC BY 4.0",
    class_names=tuple(str(digit) for digit in range(10)),
    train_samples=1437,
    test_samples=360,
    available=1797,
)

BREAST_CANCER = Source(
    name="breast_cancer",
    title=N_("Breast cancer"),
    description=N_("30 measures of cell nuclei from 569 biopsies: malignant or benign."),
    task=Task("classification", 2),
    shape=(30,),
    kind="tabular",
    draw=draw,
    citation="W. Wolberg, O. Mangasarian, N. Street, W. Street, "
    "Breast Cancer Wisconsin (Diagnostic), UCI, 1995",
    url="https://doi.org/10.24432/C5DW2B",
    licence="CC BY 4.0",
    class_names=(N_("malignant"), N_("benign")),
    train_samples=455,
    test_samples=114,
    available=569,
)

WINE = Source(
    name="wine",
    title=N_("Wine"),
    description=N_("13 chemical measures of 178 wines from three cultivars."),
    task=Task("classification", 3),
    shape=(13,),
    kind="tabular",
    draw=draw,
    citation="S. Aeberhard, M. Forina, Wine, UCI, 1992",
    url="https://doi.org/10.24432/C5PC7J",
    licence="CC BY 4.0",
    class_names=("0", "1", "2"),
    train_samples=142,
    test_samples=36,
    available=178,
)

DIABETES = Source(
    name="diabetes",
    title=N_("Diabetes"),
    description=N_("10 measures of 442 patients and how far the disease went within a year."),
    task=REGRESSION,
    shape=(10,),
    kind="tabular",
    draw=draw,
    citation="Efron, Hastie, Johnstone, Tibshirani, Least Angle Regression, "
    "Annals of Statistics 32, 2004",
    url="https://www4.stat.ncsu.edu/~boos/var.select/diabetes.html",
    licence=N_("not stated; shipped with scikit-learn"),
    standard_target=True,
    train_samples=353,
    test_samples=89,
    available=442,
)

_TABLES: dict[str, tuple[Source, Callable[[], Table]]] = {
    "digits": (DIGITS, _last_column_is_target("digits.csv.gz", header=0)),
    "breast_cancer": (BREAST_CANCER, _last_column_is_target("breast_cancer.csv", header=1)),
    "wine": (WINE, _last_column_is_target("wine_data.csv", header=1)),
    "diabetes": (DIABETES, _diabetes),
}

TABULAR: tuple[Source, ...] = tuple(source for source, _ in _TABLES.values())
