"""A list as a file for a spreadsheet: streamed, and without cells that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from flask import Response

from adapter.delivery.families import LOOKS
from adapter.delivery.search import Search
from adapter.delivery.searching import every
from adapter.delivery.texts import first_sentence
from adapter.store.engine import Store
from adapter.web.console import session
from adapter.web.console.written import moment, phone, unnumbered

_RUNS: Final = ("=", "+", "-", "@", "\t", "\r")
_BOM: Final = "\ufeff"  # without it Excel reads UTF-8 as something else


def rows_as_csv(store: Store, search: Search, *, events: bool, zone: str) -> Response:
    """A streamed attachment. What it held and that numbers were whole is written into the audit log."""
    whole = session.shows_numbers()
    name = "events" if events else "messages"
    session.note(f"downloaded {name} as CSV{' with whole numbers' if whole else ''}", ", ".join(_filters(search)))
    columns = _EVENT if events else _MESSAGE
    lines = _lines(every(store, search, events=events), columns, zone=zone, whole=whole)
    response = Response(lines, mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename={name}.csv"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _filters(search: Search) -> list[str]:
    """The filters without what may be a number or a text."""
    return [f"{key}={value}" for key, value in search.as_query().items() if key != "q"]


def _lines(
    chunks: Iterator[tuple[dict[str, Any], ...]], columns: Mapping[str, _Cell], *, zone: str, whole: bool
) -> Iterator[str]:
    yield _BOM + _written([tuple(columns)])
    for rows in chunks:
        yield _written([tuple(defused(cell(row, zone, whole)) for cell in columns.values()) for row in rows])


def _written(rows: list[tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def defused(cell: str) -> str:
    """The cell as a text, also where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(_RUNS) else cell


_Cell = Callable[[Mapping[str, Any], str, bool], str]


def _as_is(name: str) -> _Cell:
    return lambda row, _zone, _whole: str(row[name] if row[name] is not None else "").replace("\0", "")


def _time(name: str) -> _Cell:
    return lambda row, zone, _whole: moment(row[name], zone)


def _state(row: Mapping[str, Any], _zone: str, _whole: bool) -> str:
    return LOOKS[row["status"]].word if row["status"] in LOOKS else str(row["status"])


def _cause(row: Mapping[str, Any], _zone: str, _whole: bool) -> str:
    return first_sentence(row["error"]) if row["error"] else ""


def _number(row: Mapping[str, Any], _zone: str, whole: bool) -> str:
    return str(row["number"]) if whole else phone(row["number"])


def _said(name: str) -> _Cell:
    """A text that may quote a number."""
    return lambda row, _zone, whole: unnumbered(str(row[name] or "").replace("\0", ""), whole=whole)


def _states(row: Mapping[str, Any], _zone: str, _whole: bool) -> str:
    return ", ".join(f"{count} {LOOKS[state].word.lower()}" for state, count in row["states"].items() if state in LOOKS)


def _test(row: Mapping[str, Any], _zone: str, _whole: bool) -> str:
    return "yes" if row["trial"] else ""


_MESSAGE: Final[Mapping[str, _Cell]] = {
    "Message": _as_is("id"), "Event": _as_is("event_id"), "State": _state, "Cause": _cause, "Number": _number,
    "Text begins": _said("text"), "Hook": _as_is("hook"), "Account": _as_is("account"),
    "Reference": _said("reference"), "Created": _time("created_at"), "Changed": _time("changed_at"),
    "push_id": _as_is("push_id"), "msg_id": _as_is("msg_id"), "Credit": _as_is("credit"), "Test": _test,
}  # fmt: skip
_EVENT: Final[Mapping[str, _Cell]] = {
    "Event": _as_is("id"), "Received": _time("received_at"), "Hook": _as_is("hook"), "Source": _as_is("source"),
    "State": _state, "Messages": _as_is("messages"), "Their states": _states, "Reason": _said("reason"),
    "Duplicates": _as_is("duplicates"), "Test": _test,
}  # fmt: skip
