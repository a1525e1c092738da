"""Several rows as one statement: a thread that writes gives up the interpreter once for it, not once for each row.

With eight busy threads in a process each of those handovers costs more than the row itself.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

_MOST: Final = 64  # rows a statement; SQLite takes 32,766 variables


Row = tuple[Any, ...]
"""A row's values as the database's driver takes them."""


class _Statement(NamedTuple):
    """An INSERT of so many rows; `keys` name its parameters, row by row, and `order` says where each one goes."""

    text: str
    keys: tuple[str, ...]
    order: tuple[str, ...] | None


class ManyRows:
    """An INSERT into `table`, compiled once for each power of two of rows.

    `names` are the keys that every row has. `finish` may add to the statement, such as what happens on a conflict; the
    values of its own parameters are given to `write`.
    """

    def __init__(
        self, table: sa.Table, names: Sequence[str], *, finish: Callable[[Any, sa.Dialect], Any] | None = None
    ) -> None:
        self._table = table
        self._names = tuple(names)
        self._finish = finish
        self._statement = functools.cache(self._compile)
        self._processors = functools.cache(self._find_processors)

    def row(self, dialect: sa.Dialect, values: Mapping[str, Any]) -> Row:
        """A row for `write`; made beforehand it takes no time while others wait for the database."""
        return tuple([
            values[name] if process is None else process(values[name]) for name, process in self._processors(dialect)
        ])  # fmt: skip

    def write(self, connection: sa.Connection, rows: Sequence[Row], **own: Any) -> int:
        """Insert the rows; how many were inserted or updated."""
        written, start = 0, 0
        while start < len(rows):
            size = min(_MOST, 1 << ((len(rows) - start).bit_length() - 1))
            statement = self._statement(connection.dialect, size)
            flat = itertools.chain.from_iterable(rows[start : start + size])
            values = dict(zip(statement.keys, flat, strict=True)) | own
            order = statement.order
            parameters = values if order is None else tuple([values[key] for key in order])
            written += connection.exec_driver_sql(statement.text, parameters).rowcount
            start += size
        return written

    def _compile(self, dialect: sa.Dialect, size: int) -> _Statement:
        values = [
            {name: sa.bindparam(f"{name}_{at}", type_=self._table.c[name].type) for name in self._names}
            for at in range(size)
        ]
        statement: Any = sa.insert(self._table).values(values)
        if self._finish is not None:
            statement = self._finish(values, dialect)
        compiled = statement.compile(dialect=dialect)
        order = None if compiled.positiontup is None else tuple(compiled.positiontup)
        return _Statement(compiled.string, tuple(key.key for row in values for key in row.values()), order)

    def _find_processors(self, dialect: sa.Dialect) -> list[tuple[str, Any]]:
        """How the database's driver takes each column's values."""
        types = {name: self._table.c[name].type for name in self._names}
        return [(name, one.dialect_impl(dialect).bind_processor(dialect)) for name, one in types.items()]
