"""Rows of the ledger → one Parquet file: a segment of its history, written once, never changed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from aso.ledger.extra import needed
from aso.ledger.rows import joined
from aso.ledger.schema import COLUMNS
from aso.semconv import counted

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
_NANO, _DIMS = SELECTED.index("cost_nano"), SELECTED.index("dims")
# Different for nearly every row: a dictionary of them would be as long as they are.
_UNLIKE = ("event_id", "ended_at_ms", "started_at_ms", "first_byte_at_ms", "document", _COST)
_REPEATING = [name for name in SEGMENT if name not in _UNLIKE]
_PRECISION, _SCALE = 38, 18
_ROW_GROUP = 50_000  # rows: what is in memory at once
_PURPOSE = "writing a segment"


def write_segment(
    path: Path, batches: Iterable[Sequence[Sequence[Any]]], dims: Sequence[str] = ()
) -> int:
    """Write the batches of rows of SELECTED; return how many rows the file says it has.

    The file is on the disk when this returns: it, not only its name, survives the machine.

    Args:
        path: of the file, which is made.
        batches: the rows; a batch is in memory at once.
        dims: the dimensions that get a column of their own, beside ``dims``.

    Raises:
        OSError: there is no room, or no right.
        LedgerError: pyarrow is not installed.
    """
    arrow, parquet = needed("pyarrow", _PURPOSE), needed("pyarrow.parquet", _PURPOSE)
    columns = [(name, _type(arrow, name)) for name in SEGMENT]
    schema = arrow.schema([*columns, *((column_of(name), arrow.string()) for name in dims)])
    with (
        os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file,
        parquet.ParquetWriter(
            file,
            schema,
            compression="zstd",
            use_dictionary=[*_REPEATING, *map(column_of, dims)],
            write_page_index=True,
        ) as writer,
    ):
        for tables in _grouped(_table(arrow, schema, rows, dims) for rows in batches):
            writer.write_table(arrow.concat_tables(tables))
    _sync(path)
    return int(parquet.read_metadata(path).num_rows)


def problem_of(path: Path, rows: int) -> str | None:
    """Return what is wrong with a segment by its footer, as a half sentence; None: nothing.

    Args:
        path: of the file.
        rows: how many the ledger says it has.

    Raises:
        LedgerError: pyarrow is not installed.
    """
    parquet = needed("pyarrow.parquet", "reading a segment")
    if not path.exists():
        return "is not there"
    try:
        found = int(parquet.read_metadata(path).num_rows)
    except (OSError, ValueError) as error:  # pyarrow's own derive from these
        return f"cannot be read ({type(error).__name__})"
    return None if found == rows else f"has {counted(found, 'row')} instead of {rows:,}"


def _table(arrow: Any, schema: Any, rows: Sequence[Sequence[Any]], dims: Sequence[str]) -> Any:
    values = zip(*(_converted(row, dims) for row in rows), strict=True)
    return arrow.table(
        [arrow.array(one, field.type) for one, field in zip(values, schema, strict=True)], schema
    )


def _grouped(tables: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield tables that together make a row group: what is read and decoded at once."""
    group: list[Any] = []
    for table in tables:
        group.append(table)
        if sum(one.num_rows for one in group) >= _ROW_GROUP:
            yield group
            group = []
    if group:
        yield group


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


def column_of(dimension: str) -> str:
    """Return the name of a dimension's own column."""
    return f"dims.{dimension}"


def _converted(row: Sequence[Any], dims: Sequence[str]) -> tuple[Any, ...]:
    nano, atto = row[_NANO : _NANO + 2]
    cost = None if nano is None else joined(nano, atto)
    return (*row[:_NANO], cost, *row[_NANO + 2 :], *_values(row[_DIMS], tuple(dims)))


@lru_cache(maxsize=10_000)
def _values(dims: str, names: tuple[str, ...]) -> tuple[str | None, ...]:
    """Return the dimensions' values; the same few texts come again and again."""
    said = json.loads(dims)
    return tuple(said.get(name) for name in names)
