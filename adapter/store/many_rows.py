"""Several rows as one statement: a thread that writes gives up the interpreter once for it, not once for each row.

With eight busy threads in a process each of those handovers costs more than the row itself.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

_MOST: Final = 64  # rows a statement; SQLite takes 32,766 variables


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
        self._compiled = functools.cache(self._compile)
        self._processors = functools.cache(self._find_processors)

    def write(self, connection: sa.Connection, rows: Sequence[Mapping[str, Any]], **own: Any) -> int:
        """Insert the rows; how many were inserted or updated."""
        processors = self._processors(connection.dialect)
        written, start = 0, 0
        while start < len(rows):
            size = min(_MOST, 1 << ((len(rows) - start).bit_length() - 1))
            values = dict(own)
            for at, row in enumerate(rows[start : start + size]):
                for name, process in processors:
                    value = row[name]
                    values[f"{name}_{at}"] = process(value) if process is not None else value
            compiled = self._compiled(connection.dialect, size)
            order = compiled.positiontup
            parameters = values if order is None else tuple([values[name] for name in order])
            written += connection.exec_driver_sql(compiled.string, parameters).rowcount
            start += size
        return written

    def _compile(self, dialect: sa.Dialect, size: int) -> Any:
        values = [
            {name: sa.bindparam(f"{name}_{at}", type_=self._table.c[name].type) for name in self._names}
            for at in range(size)
        ]
        statement: Any = sa.insert(self._table).values(values)
        if self._finish is not None:
            statement = self._finish(values, dialect)
        return statement.compile(dialect=dialect)

    def _find_processors(self, dialect: sa.Dialect) -> list[tuple[str, Any]]:
        """How the database's driver takes each column's values."""
        types = {name: self._table.c[name].type for name in self._names}
        return [(name, one.dialect_impl(dialect).bind_processor(dialect)) for name, one in types.items()]
