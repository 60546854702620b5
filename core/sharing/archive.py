"""A folder or a zip file of tables, as frames with the columns of ``core.report``.

Reads what ``export`` wrote, or a bundle: runs, epochs and layers as Parquet or CSV. Nothing
is unpacked to the disk, and only files of these names are read.
"""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from core.errors import BundleUnavailable
from core.language import N_
from core.report import CONFIG_COLUMNS, EPOCH_COLUMNS, LAYER_COLUMNS
from core.sharing import parquet

# What a table may not lack; metrics of the other kind of task may be absent.
NEEDED = {
    "runs": ("run_id", "status", *CONFIG_COLUMNS),
    "epochs": EPOCH_COLUMNS[:6],
    "layers": LAYER_COLUMNS,
}
# Unpacked; a million epochs are 100 MB.
MOST_BYTES = 1_000_000_000
_ENDINGS = ("parquet", "csv")


def tables(path: Path) -> dict[str, pd.DataFrame]:
    """The tables of the folder or zip file at ``path``, by name; ``layers`` may be empty.

    Raises:
        BundleUnavailable: there are none, or they cannot be read.
    """
    try:
        found = _folder(path) if path.is_dir() else _zip(path)
        for name in ("runs", "epochs"):
            if name not in found:
                raise BundleUnavailable(
                    N_(
                        "{file} has no table of {table}: an import is a folder or a zip file with"
                        " runs, epochs and layers as CSV or Parquet, as the export writes them."
                    ),
                    file=path,
                    table=name,
                )
        frames = {name: _frame(content, ending) for name, (content, ending) in found.items()}
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        # Of pandas and pyarrow, what a damaged table raises is a ValueError or an OSError.
        raise BundleUnavailable(
            N_("{file} cannot be read: {reason}."), file=path, reason=_first_line(error)
        ) from error
    frames.setdefault("layers", pd.DataFrame(columns=list(LAYER_COLUMNS)))
    for name, frame in frames.items():
        missing = [column for column in NEEDED[name] if column not in frame.columns]
        if missing:
            raise BundleUnavailable(
                N_("The table of {table} in {file} lacks the columns {columns}."),
                table=name,
                file=path,
                columns=", ".join(missing),
            )
    return frames


def _folder(path: Path) -> dict[str, tuple[bytes, str]]:
    found = {}
    for name, ending in _wanted():
        file = path / f"{name}.{ending}"
        if name not in found and file.is_file():
            _refuse_large(path, file.stat().st_size)
            found[name] = (file.read_bytes(), ending)
    return found


def _zip(path: Path) -> dict[str, tuple[bytes, str]]:
    with zipfile.ZipFile(path) as archive:
        # The tables may stand in a folder of the archive: then all of them do.
        places = {entry.filename.rpartition("/")[2]: entry for entry in archive.infolist()}
        found = {}
        for name, ending in _wanted():
            entry = places.get(f"{name}.{ending}")
            if entry is not None and name not in found:
                _refuse_large(path, entry.file_size)
                with archive.open(entry) as file:
                    # The size that an archive claims need not be true.
                    content = file.read(MOST_BYTES + 1)
                _refuse_large(path, len(content))
                found[name] = (content, ending)
    return found


def _wanted() -> Iterator[tuple[str, str]]:
    return ((name, ending) for name in NEEDED for ending in _ENDINGS)


def _refuse_large(path: Path, size: int) -> None:
    if size > MOST_BYTES:
        raise BundleUnavailable(
            N_("A table in {file} is larger than {most} MB."), file=path, most=MOST_BYTES // 10**6
        )


def _frame(content: bytes, ending: str) -> pd.DataFrame:
    with _readable():
        if ending == "parquet":
            return parquet.read(io.BytesIO(content))
        # Texts, for a run_id of digits alone is no number, and pandas may round what is one.
        return pd.read_csv(io.BytesIO(content), dtype="str", keep_default_na=False, na_values=[""])


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, AttributeError, UnicodeError) as error:
        raise ValueError(_first_line(error)) from error


def _first_line(error: BaseException) -> str:
    # Of a file that the system refuses its word alone: who reads knows neither errno nor repr.
    text = getattr(error, "strerror", None) or str(error)
    lines = text.strip().splitlines() or [type(error).__name__]
    return lines[0].strip().rstrip(".:")[:200]
