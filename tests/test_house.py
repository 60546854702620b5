"""The house: who may import what, how long a module is, and what its papers and tables agree on.

Proved by reading the source; what a process really loads is asked of one.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.report import EPOCH_COLUMNS, LAYER_COLUMNS, RUN_COLUMNS

ROOT = Path(__file__).resolve().parents[1]

# design.md's table. The longest prefix of a module's name says its room.
ROWS = {
    "core.errors": 0,
    "core.language": 0,
    "core.catalog": 1,
    "data": 1,
    "core.experiment": 2,
    "core.completion": 2,
    "core.fields": 2,
    "core.document": 2,
    "core.report": 2,
    "core.metrics": 2,
    "core.engine": 3,
    "core.analysis": 3,
    "core.charts": 3,
    "core.store": 3,
    "core.sharing": 3,
    "core.gallery": 4,
    "core.jobs": 4,
    "core.cli": 5,
    "core.__main__": 6,
    "core": 6,
    "pages.shared": 5,
    "pages": 6,
    "streamlit_app": 6,
}
# Rooms of one row that may import each other: one vocabulary, cut into files.
TOGETHER = {1, 2}
# What is imported in certain rooms alone.
OUTSIDE = {
    "streamlit": ("pages", "streamlit_app"),
    "sqlalchemy": ("core.store",),
    "alembic": ("core.store",),
    "vl_convert": ("core.sharing.picture",),
    "tensorflow": ("core.engine",),
    "keras": ("core.engine", "core.catalog"),
    "distributed": ("core.jobs",),
    "dask": ("core.jobs",),
    "click": ("core.cli",),
}
# Types of the models that Results hands out, imported for the type checker alone.
FOR_TYPES = {("core.jobs.results", "keras")}
LONGEST, LONGEST_PAGE = 300, 80


@dataclass(frozen=True)
class Import:
    """``name`` imported by ``module``; inside a function, or for the type checker alone."""

    module: str
    name: str
    inside: bool
    for_types: bool


def modules() -> dict[str, Path]:
    """Every module of the product by its dotted name."""
    found = {}
    for top in ("core", "data", "pages"):
        for path in sorted((ROOT / top).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found | {"streamlit_app": ROOT / "streamlit_app.py"}


MODULES = modules()


def imports(module: str) -> Iterator[Import]:
    """All imports of a module, wherever they stand."""

    def walk(node: ast.AST, inside: bool, for_types: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                for alias in child.names:
                    yield Import(module, alias.name, inside, for_types)
            elif isinstance(child, ast.ImportFrom):
                assert not child.level, f"{module} has a relative import"
                for alias in child.names:
                    whole = f"{child.module}.{alias.name}"
                    name = whole if whole in MODULES else str(child.module)
                    yield Import(module, name, inside, for_types)
            elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                for part in child.body:
                    yield from walk(ast.Module([part], []), inside, for_types=True)
            else:
                deeper = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
                yield from walk(child, inside or deeper, for_types)

    yield from walk(ast.parse(MODULES[module].read_text(encoding="utf-8")), False, False)


IMPORTS = [found for module in MODULES for found in imports(module)]


def room(module: str) -> str:
    """The room of the import table that a module is in."""
    names = [name for name in ROWS if module == name or module.startswith(f"{name}.")]
    return max(names, key=len)


def test_every_module_has_its_room() -> None:
    unplaced = {room(module) for module in MODULES if room(module) == "core"}
    assert {module for module in MODULES if room(module) in unplaced} == {"core"}


def allowed(found: Import) -> bool:
    """Whether the import table has this import."""
    mine, other = room(found.module), room(found.name)
    if mine == other or found.module == "core":
        # The package itself hands out Experiment and train, each loaded when asked for.
        return True
    if ROWS[other] == ROWS[mine]:
        return ROWS[mine] in TOGETHER
    return ROWS[other] < ROWS[mine] or (mine, other) == ("core.__main__", "core.cli")


def test_imports_go_down_the_table_and_rooms_of_row_3_know_nothing_of_each_other() -> None:
    ours = [found for found in IMPORTS if found.name.split(".")[0] in {"core", "data", "pages"}]
    assert len(ours) > 200
    assert [found for found in ours if not allowed(found)] == []


def test_data_imports_of_the_core_only_errors_language_and_choices() -> None:
    of_data = {found.name for found in IMPORTS if room(found.module) == "data"}
    ours = {name for name in of_data if name.startswith("core")}
    assert ours <= {"core.errors", "core.language", "core.catalog.choice"}


def test_altair_is_for_tests_because_a_page_cannot_wait_for_it() -> None:
    assert [found for found in IMPORTS if found.name.split(".")[0] == "altair"] == []


@pytest.mark.parametrize("package", OUTSIDE)
def test_a_package_is_imported_in_its_rooms_alone(package: str) -> None:
    found = [found for found in IMPORTS if found.name.split(".")[0] == package]
    assert found, f"nobody imports {package}: is the name right?"
    outside = [
        one
        for one in found
        if not any(one.module == r or one.module.startswith(f"{r}.") for r in OUTSIDE[package])
        and not (one.for_types and (one.module, package) in FOR_TYPES)
    ]
    assert outside == []


def test_catalogs_import_keras_only_when_they_are_called() -> None:
    found = [f for f in IMPORTS if room(f.module) == "core.catalog" and f.name.startswith("keras")]
    assert found
    assert all(one.inside for one in found)


def test_no_package_is_deeper_than_two_folders() -> None:
    packages = [path.parent for path in MODULES.values() if path.name == "__init__.py"]
    assert max(len(package.relative_to(ROOT).parts) for package in packages) == 2


def test_modules_are_named_for_what_they_do() -> None:
    nameless = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
    assert not {module for module in MODULES if nameless & set(module.lower().split("."))}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_what_it_does_and_is_short(module: str) -> None:
    text = MODULES[module].read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text))
    is_page = MODULES[module].parent == ROOT / "pages" or module == "streamlit_app"
    assert len(text.splitlines()) <= (LONGEST_PAGE if is_page else LONGEST)


@pytest.mark.parametrize("top", ["tests", "benchmarks"])
def test_modules_of_tests_and_benchmarks_are_as_short(top: str) -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / top).rglob("*.py")}
    assert texts
    too_long = [path for path, text in texts.items() if len(text.splitlines()) > LONGEST]
    assert too_long == []
    assert [path for path, text in texts.items() if not ast.get_docstring(ast.parse(text))] == []


def test_the_example_environment_lists_the_variables_that_are_read() -> None:
    listed = re.findall(r"^# (KASSEI_\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert listed == ["KASSEI_STORE", "KASSEI_MNIST", "KASSEI_SCHEDULER", "KASSEI_PUBLIC"]
    read = {
        node.value
        for path in MODULES.values()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"KASSEI_[A-Z]+", node.value)
    }
    assert read <= set(listed)
    assert {"KASSEI_STORE", "KASSEI_MNIST", "KASSEI_SCHEDULER"} <= read


def test_no_line_knows_where_it_was_written() -> None:
    files = [path for path in ROOT.rglob("*.md") if ".venv" not in path.parts]
    for path in [*MODULES.values(), *files]:
        assert not re.search(r"/(work|tmp/venv)\b", path.read_text(encoding="utf-8")), path


def test_tables_have_the_contracts_columns() -> None:
    """The contract names these; more may follow in the store, none may be missing."""
    runs = ("run_id", "experiment", "status", "epochs_done", "updates", "train_seconds")
    runs += ("parameters", "train_loss", "test_loss", "train_accuracy", "test_accuracy")
    assert [c for c in RUN_COLUMNS if c in runs] == list(runs)
    assert EPOCH_COLUMNS[:8] == (
        *("run_id", "epoch", "updates", "seconds", "train_loss", "test_loss"),
        *("train_accuracy", "test_accuracy"),
    )
    statistics = "pre_mean pre_std mean std second_moment q01 q05 q25 q50 q75 q95 q99 zero_fraction"
    statistics += " saturated_fraction silent_fraction dead_fraction delta_rms delta_mean_norm"
    statistics += " gradient_norm weight_norm update_ratio"
    assert ("run_id", "epoch", "layer", "units", *statistics.split()) == LAYER_COLUMNS


LOOK = """
import sys
{imports}
import psutil
heavy = sorted({names} & set(sys.modules))
print(heavy, psutil.Process().memory_info().rss // 2**20)
"""
TRAINING = {"tensorflow", "keras", "jax", "torch"}
READING = {"pandas", "pyarrow", "sklearn", "altair", "streamlit", "scipy.stats"}


def loaded(lines: list[str], names: set[str]) -> tuple[str, int]:
    """Those of ``names`` that a fresh process has after ``lines``, and its megabytes."""
    program = LOOK.format(imports="\n".join(lines), names=names)
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    heavy, megabytes = told.rsplit(maxsplit=1)
    return heavy, int(megabytes)


def test_what_the_trainer_imports_neither_trains_nor_makes_frames() -> None:
    lines = ["import core.cli.service, core.jobs.serve", "from core.jobs import open_store"]
    assert loaded(lines, TRAINING | READING)[0] == "[]"


def test_what_a_worker_imports_before_tensorflow_knows_no_store_and_no_frames() -> None:
    lines = ["import core.jobs.worker, core.jobs.quiet"]
    assert loaded(lines, TRAINING | READING | {"sqlalchemy", "core.store"})[0] == "[]"


@pytest.mark.parametrize("command", ["train", "runs", "delete"])
def test_the_command_line_imports_the_command_that_is_asked_for(command: str) -> None:
    """No other's: charts are the gallery's alone."""
    lines = [f"from core.cli import cli; assert cli.get_command(None, {command!r})"]
    assert loaded(lines, TRAINING | {"altair", "core.gallery", "core.cli.gallery"})[0] == "[]"


def test_what_pages_import_brings_little_memory_and_neither_tensorflow_nor_altair_nor_scipy() -> (
    None
):
    """In a fresh process; the whole web process may have 300 MB."""
    rooms = ("core.jobs.submission", "core.jobs.results", "core.jobs.launch", "core.jobs.estimate")
    rooms += ("core.sharing.bundle", "core.store", "core.engine.plan", "data")
    lines = [f"import {name}" for name in (*rooms, "core.engine.cost", "core.document")]
    lines += [
        f"import {module}"
        for module in MODULES
        if room(module) in ("core.analysis", "core.charts", "core.catalog")
    ]
    heavy, megabytes = loaded(lines, TRAINING | {"altair", "scipy", "sklearn", "distributed"})
    assert heavy == "[]"
    assert megabytes < 170
