"""The rows of a chart as a file or a page holds them, under a name that changes with them."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

# A frame, or arrays alike in length: pandas takes longer to join a few than to draw with them.
Columns = pd.DataFrame | Mapping[str, NDArray[Any]]


def records(columns: Columns) -> tuple[str, list[dict[str, Any]]]:
    """The rows of ``columns`` as JSON holds them."""
    text = pd.DataFrame(columns).to_json(orient="records", double_precision=15)
    rows: list[dict[str, Any]] = json.loads(text)
    return _name(text.encode()), rows


def table(columns: Columns) -> tuple[str, bytes]:
    """The rows of ``columns`` as a stream of Arrow, without an index."""
    arrays = {str(name): pa.array(column, from_pandas=True) for name, column in columns.items()}
    held = pa.table(arrays)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, held.schema) as stream:
        stream.write_table(held)
    content: bytes = sink.getvalue().to_pybytes()
    return _name(content), content


def _name(content: bytes) -> str:
    """Of the content, for a page draws anew what has another name."""
    return "data-" + hashlib.blake2b(content, digest_size=8).hexdigest()
