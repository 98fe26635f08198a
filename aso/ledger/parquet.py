"""Rows of the ledger → one Parquet file: a segment of its history, written once, never changed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from aso.ledger.extra import needed
from aso.ledger.rows import joined
from aso.ledger.schema import COLUMNS

_INTEGERS = {
    "revision",
    "ended_at_ms",
    "started_at_ms",
    "first_byte_at_ms",
    "stream",
    "prompt_tokens",
    "completion_tokens",
}
# One cost in USD of 18 places, which a rate may need; what does not fit is text in cost_rest.
_COST = "cost_usd"
_KEPT = (*COLUMNS, "prompt_tokens", "completion_tokens", _COST, "cost_rest", "dims", "day")
SEGMENT = (*_KEPT, "document")
# What of events and documents is read for it; the two integers become the one decimal.
SELECTED = (*SEGMENT[: SEGMENT.index(_COST)], "cost_nano", "cost_atto", *SEGMENT[-4:])
_NANO = SELECTED.index("cost_nano")
# Different for nearly every row: a dictionary of them would be as long as they are.
_UNLIKE = ("event_id", "ended_at_ms", "started_at_ms", "first_byte_at_ms", "document", _COST)
_REPEATING = [name for name in SEGMENT if name not in _UNLIKE]
_PRECISION, _SCALE = 38, 18
_PURPOSE = "writing a segment"


def write_segment(path: Path, batches: Iterable[Sequence[Sequence[Any]]]) -> int:
    """Write the batches of rows of SELECTED; return how many rows the file says it has.

    The file is on the disk when this returns: it, not only its name, survives the machine.

    Raises:
        OSError: there is no room, or no right.
        LedgerError: pyarrow is not installed.
    """
    arrow, parquet = needed("pyarrow", _PURPOSE), needed("pyarrow.parquet", _PURPOSE)
    schema = arrow.schema([(name, _type(arrow, name)) for name in SEGMENT])
    with (
        os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file,
        parquet.ParquetWriter(
            file, schema, compression="zstd", use_dictionary=_REPEATING, write_page_index=True
        ) as writer,
    ):
        for rows in batches:
            columns = zip(*(_converted(row) for row in rows), strict=True)
            arrays = [
                arrow.array(column, field.type)
                for column, field in zip(columns, schema, strict=True)
            ]
            writer.write_table(arrow.table(arrays, schema))
    _sync(path)
    return int(parquet.read_metadata(path).num_rows)


def sync_folder(folder: Path) -> None:
    """Have the folder's names on the disk, where a folder can be opened (not on Windows)."""
    if os.name == "posix":
        _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _type(arrow: Any, name: str) -> Any:
    if name == _COST:
        return arrow.decimal128(_PRECISION, _SCALE)
    return arrow.int64() if name in _INTEGERS else arrow.string()


def _converted(row: Sequence[Any]) -> tuple[Any, ...]:
    nano, atto = row[_NANO : _NANO + 2]
    return (*row[:_NANO], None if nano is None else joined(nano, atto), *row[_NANO + 2 :])
