"""`optouts` as people type it: one number, a whole file, and back out again."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from adapter.delivery import optouts
from adapter.store.engine import Store
from adapter.store.migrate import migrate
from adapter.store.tables import MESSAGES
from tests.delivery.messages import store_messages
from tests.running import ROOT

Done = subprocess.CompletedProcess[str]
ACCOUNTS = "shop2:\n  token: ${SHOP2_TOKEN}\n"  # not set: looking at a list needs no token


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "accounts.yaml").write_text(ACCOUNTS)
    return tmp_path


@pytest.fixture
def shop(place: Path) -> Any:
    store = Store(f"sqlite:///{place / 'a.db'}")
    migrate(store)
    yield store
    store.close()


@pytest.fixture
def optout(place: Path, shop: Store) -> Callable[..., Done]:
    def run(*words: str, code: int = 0) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "adapter", "optouts", *words],
            check=False, cwd=place, capture_output=True, text=True, timeout=120,
            env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "DATABASE_URL": "sqlite:///a.db"},
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run


def listed(store: Store) -> list[tuple[str, str, str]]:
    return [(row.account, row.number, row.via) for row in optouts.numbers(store)]


def test_a_number_is_added_and_what_waits_for_it_is_cancelled(optout: Callable[..., Done], shop: Store) -> None:
    store_messages(shop, 2)
    told = optout("add", "+91 98765-00000").stdout
    assert told == "919876500000 is on the list of main. 1 waiting message cancelled.\n"
    assert "was on the list already" in optout("add", "0091 98765 00000").stdout
    with shop.read() as connection:
        assert set(connection.execute(sa.select(MESSAGES.c.status)).scalars()) == {"cancelled", "queued"}
    assert optout("remove", "919876500000").stdout == "919876500000 is off the list of main.\n"
    assert optout("remove", "919876500000").stdout == "919876500000 was not on the list of main.\n"


def test_a_national_number_needs_its_country(optout: Callable[..., Done], shop: Store) -> None:
    refused = optout("add", "098765 00000", code=1)
    assert refused.stderr == "This number has no country code; write it with one, such as +91 98765 43210.\n"
    optout("add", "098765 00000", "--region", "IN", "--account", "shop2")
    assert listed(shop) == [("shop2", "919876500000", "owner")]
    optout("remove", "98765 00000", "--region", "India", "--account", "shop2")
    assert listed(shop) == []
    assert "is no country" in optout("add", "1", "--region", "Nowhere", code=2).stderr


def test_a_national_number_takes_nobody_else_off_the_list(optout: Callable[..., Done], shop: Store) -> None:
    """With the code of Iran, 98, these are the digits of somebody else."""
    with shop.write() as connection:
        optouts.add(connection, "main", "9876500000", via="message", now=0.0)
    assert "was not on" in optout("remove", "9876500000", "--region", "IN").stdout
    assert "is off" in optout("remove", "9876500000").stdout


def test_a_number_that_no_plan_knows_is_taken_with_a_plus(optout: Callable[..., Done], shop: Store) -> None:
    assert "no country has that code" not in optout("add", "+999 1234567").stdout
    assert listed(shop) == [("main", "9991234567", "owner")]
    assert "is off" in optout("remove", "9991234567").stdout


@pytest.mark.parametrize(
    "words",
    [("list", "--account", "gone"), ("add", "919876500000", "--account", "gone"), ("export", "--account", "gone")],
)
def test_an_unknown_account_is_told_with_those_there_are(optout: Callable[..., Done], words: tuple[str, ...]) -> None:
    assert optout(*words, code=1).stderr == 'No account is named "gone". There are: main, shop2.\n'


def test_the_list_is_shown_as_lines_and_as_json(optout: Callable[..., Done], shop: Store) -> None:
    assert optout("list").stdout == "Nobody is on the list.\n"
    assert optout("list", "--json").stdout == ""
    with shop.write() as connection:
        optouts.add(connection, "main", "919876500000", via="message", word="stop", now=0.0)
        optouts.add(connection, "shop2", "919876500001", via="owner", now=0.0)
    assert optout("list").stdout.splitlines()[0].split() == [
        "919876500000", "main", "1970-01-01T00:00:00+00:00", "message", "stop",
    ]  # fmt: skip
    rows = [json.loads(line) for line in optout("list", "--json", "--account", "shop2").stdout.splitlines()]
    assert rows == [
        {
            "account": "shop2",
            "number": "919876500001",
            "since": "1970-01-01T00:00:00+00:00",
            "via": "owner",
            "word": None,
        }
    ]


FILES: dict[str, bytes] = {
    "bare numbers": b"919876500000\n+91 98765 00001\r\n\r\n00919876500002",
    "a header": b"number\n919876500000\n919876500001\n919876500002\n",
    "another only column": b"Telefono\n919876500000\n919876500001\n919876500002\n",
    "Excel in Europe": "\ufeffsep=;\r\nName;Phone Number;Since\r\nÄnn;919876500000;2026-01-31\r\nBob;+919876500001;\r\nEve;919876500002;x y\r\n".encode().replace(b"x y", b"2026-01-31T10:00:00Z"),
    "tabs": b"mobile\tname\n919876500000\ta\n919876500001\tb\n919876500002\tc\n",
    "Latin-1": "name,Mobile\nJosé,919876500000\nÑ,919876500001\nç,919876500002\n".encode("latin-1"),
    "quotes": b'"number","name"\n"919876500000","a, b"\n"\'+919876500001","c"\n919876500002,"never closed\n',
    "an old Mac": b"919876500000\r919876500001\r919876500002\r",
    "accounts": b"account,number\n,919876500000\nmain,919876500001\nmain,919876500002\n",
    "positions": b"919876500000,main,2026-01-31\n919876500001,,\n919876500002\n",
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_in_the_shapes_that_programs_write(
    optout: Callable[..., Done], shop: Store, place: Path, name: str
) -> None:
    (place / "list.csv").write_bytes(FILES[name])
    told = optout("import", "list.csv").stdout
    assert told == "3 numbers added, 0 known already, 0 lines left out. 0 waiting messages cancelled.\n"
    assert listed(shop) == [("main", f"91987650000{at}", "import") for at in range(3)]
    assert "0 numbers added, 3 known already" in optout("import", "list.csv").stdout


def test_good_lines_are_taken_and_bad_ones_told(optout: Callable[..., Done], shop: Store, place: Path) -> None:
    store_messages(shop, 1)
    lines = [
        "number,account,since", "919876500000,,", "98765,,", "919876500001,gone,", "hello,,", "919876500002,shop2,tomorrow",
        ",main,", "919876500003,shop2,2026-01-31T05:30:00+05:30", "919876500000,,", "\0,,", "9" * 20_000, "91987650000\0,,",
    ]  # fmt: skip
    (place / "list.csv").write_text("\n".join(lines))
    done = optout("import", "list.csv", code=1)
    assert done.stdout == "2 numbers added, 1 known already, 8 lines left out. 1 waiting message cancelled.\n"
    told = dict(re.findall(r"list\.csv, line (\d+): (.*)", done.stderr))
    assert list(map(int, told)) == [3, 4, 5, 6, 7, 10, 11, 12]
    assert told["4"] == 'No account is named "gone". There are: main, shop2.'
    assert "letters" in told["5"]
    assert "2026-01-31" in told["6"]
    assert told["11"] == "The line has more than 10,000 characters."
    assert [(row.number, row.since) for row in optouts.numbers(shop, "shop2")] == [("919876500003", 1_769_817_600.0)]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"Name,Company\nAnn,ACME\n", 'names no column "number"'), ("number\n9198".encode("utf-16"), "save the file as CSV UTF-8")],
)  # fmt: skip
def test_a_file_of_something_else_is_refused_whole(
    optout: Callable[..., Done], shop: Store, place: Path, content: bytes, words: str
) -> None:
    (place / "list.csv").write_bytes(content)
    assert words in optout("import", "list.csv", code=1).stderr
    assert listed(shop) == []


def test_times_that_cannot_be_are_mended_or_refused(optout: Callable[..., Done], shop: Store, place: Path) -> None:
    (place / "list.csv").write_text("number,since\n919876500000,9999-12-31\n919876500001,0001-01-01\n")
    assert "line 3" in optout("import", "list.csv", code=1).stderr
    assert [row.since <= time.time() for row in optouts.numbers(shop)] == [True]


def test_a_hundred_thousand_lines_stream_in_and_out(optout: Callable[..., Done], shop: Store, place: Path) -> None:
    with (place / "list.csv").open("w") as file:
        file.write("number\n")
        file.writelines(f"{10_000_000_000 + at}\n" for at in range(50_000))  # no number in America begins like this
        file.writelines(f"{919_876_000_000 + at}\n" for at in range(50_000))
    done = optout("import", "list.csv", code=1)
    assert done.stdout.startswith("50,000 numbers added, 0 known already, 50,000 lines left out.")
    assert "100,000 lines taken" in done.stderr
    assert done.stderr.count("list.csv, line") == 1_000
    assert "… and 49,000 more lines" in done.stderr
    assert optout("export").stdout.count("\n") == 50_001


def test_what_is_exported_can_be_imported(optout: Callable[..., Done], shop: Store, place: Path) -> None:
    with shop.write() as connection:
        optouts.add(connection, "main", "919876500000", via="message", word="=cmd|' /C calc'!A0", now=1_769_817_600.0)
        optouts.add(connection, "shop2", "9991234567", via="owner", word="-1+1", now=1_769_817_600.0)
        optouts.add(connection, "shop2", "919876500001", via="owner", word='@x,"', now=1_769_817_600.5)
    exported = optout("export").stdout
    rows = list(csv.DictReader(io.StringIO(exported)))
    assert [row["word"] for row in rows] == ["'=cmd|' /C calc'!A0", "'@x,\"", "'-1+1"]
    assert rows[0]["since"] == "2026-01-31T00:00:00+00:00"
    assert [row["number"] for row in csv.DictReader(io.StringIO(optout("export", "--account", "main").stdout))] == [
        "919876500000"
    ]
    before = [(row.account, row.number, int(row.since)) for row in optouts.numbers(shop)]
    with shop.write() as connection:
        for account, number, _ in before:
            optouts.remove(connection, account, number)
    (place / "list.csv").write_text(exported)
    optout("import", "list.csv")
    assert [(row.account, row.number, int(row.since)) for row in optouts.numbers(shop)] == before


def test_a_database_without_tables_is_told(place: Path, optout: Callable[..., Done]) -> None:
    (place / "a.db").unlink()
    assert "python -m adapter migrate" in optout("list", code=1).stderr
