"""Opt-out lists as people hand them over: numbers as they are written, and CSV, in and out. Shared by CLI and API.

A file is read a line at a time and taken some hundred numbers at a time, so it may be of any length.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import itertools
import re
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any, BinaryIO, Final

import sqlalchemy as sa

from adapter.delivery import optouts
from adapter.mapping import phone
from adapter.store.engine import Store
from adapter.written import inline

COLUMNS: Final = ("number", "account", "since", "via", "word")
MOST_FAULTS: Final = 1_000  # that are told; the rest is counted
BATCH: Final = 500  # numbers in one transaction
_MOST_LINE: Final = 10_000
_NUMBER_NAMES: Final = frozenset({
    "number", "phone", "phonenumber", "mobile", "mobilenumber", "whatsapp", "whatsappnumber", "telephone", "msisdn",
})  # fmt: skip
_EXPLICIT: Final = re.compile(r"(?:\+|00)([1-9][0-9]{6,14})")
_DIGITS: Final = re.compile(r"[1-9][0-9]{5,19}")
_SEPARATORS: Final = re.compile(r"[\s().\-/]+")


class NotTaken(ValueError):
    """What was given cannot be put on a list, or looked for there; the message is a sentence."""


def number_of(text: Any, *, region: str | None = None) -> str:
    """The digits of a number as the drop-in endpoint takes it, or as it is written in `region`. Raises NotTaken.

    One that is written with + or 00 is taken although no numbering plan knows it: messages may be sent to it, too.
    """
    try:
        return str(phone.recipient(text, region=region).number)
    except phone.PhoneFault as fault:
        found = _EXPLICIT.fullmatch(_SEPARATORS.sub("", text[:60])) if isinstance(text, str) else None
        if found and fault.code != "ambiguous":
            return found[1]
        sentence = _NO_COUNTRY if fault.code == "no_country" else str(fault)
        raise NotTaken(sentence) from None


_NO_COUNTRY: Final = "This number has no country code; write it with one, such as +91 98765 43210."


def require_account(name: str, accounts: Collection[str]) -> str:
    """The name again; raises NotTaken with the names that exist."""
    if name in accounts:
        return name
    raise NotTaken(f'No account is named "{inline(name, 63)}". There are: {", ".join(sorted(accounts)) or "none"}.')


def put_one(store: Store, account: str, number: str, *, now: float) -> optouts.Put:
    """Put a number on an account's list by the owner's hand."""
    with store.write() as connection:
        return optouts.put(connection, account, {number: now}, via="owner", now=now)


def remove_one(store: Store, account: str, text: Any, *, region: str | None = None) -> bool:
    """Take a number off, as people write it or as it stands on the list. Raises NotTaken."""
    listed = [str(text)] if region is None and _DIGITS.fullmatch(str(text)) else []
    try:
        meant = [number_of(text, region=region)]
    except NotTaken:
        if not listed:
            raise
        meant = []
    with store.write() as connection:
        return any(optouts.remove(connection, account, one) for one in [*meant, *listed])


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """A line of a file that can be taken."""

    account: str
    number: str
    since: float


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """A line of a file that cannot, and why."""

    line: int
    sentence: str


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """How the lines of a file are read: the account of lines that name none, the accounts there are, the country of
    numbers without a code, and the time."""

    account: str
    accounts: Collection[str]
    now: float
    region: str | None = None


_MOST_IN_VAIN: Final = 50_000  # lines without a number among them


@dataclasses.dataclass(slots=True)
class Taken:
    """What came of a file so far; `faults` are the first of `faulty` lines that were left out."""

    lines: int = 0
    added: int = 0
    known: int = 0
    cancelled: int = 0
    faulty: int = 0
    faults: list[Fault] = dataclasses.field(default_factory=list)


def import_csv(store: Store, file: BinaryIO, reading: Reading) -> Iterator[Taken]:
    """Put every number of a CSV file on its list; yields the same counts after each transaction.

    The columns are `number`, and if they are there `account` and `since`, in any order under a header, in this order
    without one. What cannot be read is left out and told; the rest is taken. Raises NotTaken where nothing can be read.
    """
    taken = Taken()
    with closing(_entries(file, reading)) as rows:
        while batch := list(itertools.islice(rows, BATCH)):
            faults = [row for row in batch if isinstance(row, Fault)]
            _take(store, [row for row in batch if isinstance(row, Entry)], taken, now=reading.now)
            taken.lines += len(batch)
            taken.faulty += len(faults)
            taken.faults += faults[: MOST_FAULTS - len(taken.faults)]
            if taken.faulty == taken.lines > _MOST_IN_VAIN:
                raise NotTaken(f"None of the first {taken.lines:,} lines holds a number; this is no list of numbers.")
            yield taken


def _take(store: Store, entries: Sequence[Entry], taken: Taken, *, now: float) -> None:
    by_account: dict[str, dict[str, float]] = {}
    for entry in entries:
        by_account.setdefault(entry.account, {}).setdefault(entry.number, entry.since)
    if not by_account:
        return
    with store.write() as connection:
        done = [
            optouts.put(connection, account, by_account[account], via="import", now=now)
            for account in sorted(by_account)
        ]
    added = sum(one.added for one in done)
    taken.added += added
    taken.known += len(entries) - added
    taken.cancelled += sum(one.cancelled for one in done)


def _entries(file: BinaryIO, reading: Reading) -> Generator[Entry | Fault]:
    """A line after the other, blank ones left out. Each is read for itself: a quotation mark that is never closed must
    not swallow the rest."""
    columns: dict[str, int] | None = None
    delimiter = ""
    for line, text in enumerate(_lines(file), 1):
        if text is None:
            yield Fault(line, f"The line has more than {_MOST_LINE:,} characters.")
            continue
        if line == 1 and "\0" in text and "\ufffd" in text:
            raise NotTaken("This is no text in UTF-8; save the file as CSV UTF-8.")
        if found := re.fullmatch(r"sep=([,;\t])", text.strip(" \r\n")) if not delimiter else None:
            delimiter = found[1]  # Excel writes this for itself
            continue
        if not text.strip(" \t\r\n,;"):
            continue
        delimiter = delimiter or max(";\t,", key=text.count)
        cells = _cells(text, delimiter)
        if columns is None:
            columns = _columns(cells)
            if columns:
                continue
            columns = {"number": 0, "account": 1, "since": 2}
        yield _entry(line, cells, columns, reading)


def _lines(file: BinaryIO) -> Iterator[str | None]:
    """The lines, and None for one that is too long, which is passed over without being kept."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline=None)
    try:
        while line := text.readline(_MOST_LINE + 1):
            whole = line.endswith("\n") or len(line) <= _MOST_LINE
            yield line if whole else None
            while not whole:
                rest = text.readline(65_536)
                whole = not rest or rest.endswith("\n")
    finally:
        text.detach()  # the file belongs to whoever opened it


def _cells(text: str, delimiter: str) -> list[str]:
    row = next(csv.reader([text], delimiter=delimiter), [])
    return [cell.strip() for cell in row]


def _columns(cells: Sequence[str]) -> dict[str, int] | None:
    """Where the columns are by the header, None where the first line is none. Raises NotTaken."""
    names = [re.sub(r"[\W_]+", "", cell.casefold()) for cell in cells]
    number = next((at for at, name in enumerate(names) if name in _NUMBER_NAMES), None)
    if number is None and any(re.search(r"\d", cell) for cell in cells):
        return None
    if number is None and len(cells) > 1:
        raise NotTaken('The first line names no column "number"; name the column of the phone numbers so.')
    return {"number": number or 0} | {name: names.index(name) for name in COLUMNS[1:] if name in names}


def _entry(line: int, cells: Sequence[str], columns: dict[str, int], reading: Reading) -> Entry | Fault:
    def cell(name: str) -> str:
        at = columns.get(name, len(cells))
        return cells[at] if at < len(cells) else ""

    try:
        is_export = "via" in columns and _DIGITS.fullmatch(cell("number"))
        number = cell("number") if is_export else number_of(cell("number"), region=reading.region)
        account = require_account(cell("account") or reading.account, reading.accounts)
        return Entry(account, number, _moment(cell("since"), reading.now))
    except NotTaken as fault:
        return Fault(line, str(fault))


def _moment(text: str, now: float) -> float:
    """A time as seconds since 1970; what lies ahead is now."""
    if not text:
        return now
    try:
        moment = dt.datetime.fromisoformat(text)
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()
    except (ValueError, OverflowError):
        seconds = -1.0
    if seconds < 0:
        raise NotTaken("The time in since is not written like 2026-01-31 or 2026-01-31T18:00:00+05:30.")
    return min(seconds, now)


def export_csv(rows: Iterable[sa.Row[Any]]) -> Iterator[str]:
    """The rows of `optouts` as lines of CSV, a header first."""
    yield _line(COLUMNS)
    for row in rows:
        told = as_json(row)
        yield _line([_harmless(str(told[name] or "")) for name in COLUMNS])


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet does not take for a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def as_json(row: sa.Row[Any]) -> dict[str, str | None]:
    """A row of `optouts` for programs, its time in ISO 8601."""
    since = dt.datetime.fromtimestamp(row.since, dt.UTC).isoformat(timespec="seconds")
    return {"account": row.account, "number": row.number, "since": since, "via": row.via, "word": row.word}
