"""Tables come as pandas reads them, and leave no memory behind."""

import io
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from core.sharing import bundle, parquet

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted(bundle.GALLERY.glob("*/*.parquet"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_shipped_table_is_as_pandas_reads_it(path: Path) -> None:
    wanted = pd.read_parquet(path)
    pd.testing.assert_frame_equal(parquet.read(path), wanted)
    some = list(wanted.columns[2::-1])
    pd.testing.assert_frame_equal(parquet.read(io.BytesIO(path.read_bytes()), some), wanted[some])


ALL = """
import pandas, psutil
from pyarrow.parquet import ParquetFile
from core.sharing import bundle
resident = psutil.Process().memory_info
before = resident().rss
for name in bundle.names():
    bundle.read(name)
print((resident().rss - before) // 2**20)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="allocators elsewhere keep as they like")
def test_reading_all_that_is_shipped_leaves_few_megabytes_behind() -> None:
    """By pandas' own way 80."""
    told = subprocess.run(
        [sys.executable, "-c", ALL], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(told.stdout) < 40
