"""The rows of a chart as a file or a page holds them, under a name that changes with them."""

import hashlib
import json
from typing import Any

import pandas as pd
import pyarrow as pa


def records(frame: pd.DataFrame) -> tuple[str, list[dict[str, Any]]]:
    """The rows of ``frame`` as JSON holds them."""
    text = frame.to_json(orient="records", double_precision=15)
    rows: list[dict[str, Any]] = json.loads(text)
    return _name(text.encode()), rows


def table(frame: pd.DataFrame) -> tuple[str, bytes]:
    """The rows of ``frame`` as a stream of Arrow, without its index."""
    columns = [pa.array(frame[name], from_pandas=True) for name in frame]
    held = pa.Table.from_arrays(columns, names=list(frame))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, held.schema) as stream:
        stream.write_table(held)
    content: bytes = sink.getvalue().to_pybytes()
    return _name(content), content


def _name(content: bytes) -> str:
    """Of the content, for a page draws anew what has another name."""
    return "data-" + hashlib.blake2b(content, digest_size=8).hexdigest()
