"""`phone` as people type it: what it tells, its JSON, its exit status."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from adapter.cli.phone import phone_command
from tests.running import ROOT


@pytest.fixture(autouse=True)
def bare_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DEFAULT_REGION", raising=False)


def phone(*words: str, **environ: str) -> Result:
    return CliRunner().invoke(phone_command, words, env=environ)


def told(*words: str, **environ: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(phone(*words, "--json", **environ).stdout)
    return found


def test_a_number_is_explained_in_lines() -> None:
    done = phone("Mobile: 098765 43210", "--region", "IN")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        '"Mobile: 098765 43210" is sent to 919876543210',
        "  label: Mobile: 098765 43210 -> 098765 43210",
        "      the words beside the number were dropped",
        "  national_number: 098765 43210 -> 919876543210",
        "      the number was written as inside its country; the country code was put in front",
        "Country: India",
        "Kind: mobile",
        "Written there: 098765 43210",
        "Written abroad: +91 98765 43210",
        "Numbers without a country code were read as in India (IN).",
    ]


def test_a_number_is_explained_as_json() -> None:
    assert told("098765 43210", "--region", "IN") == {
        "ok": True, "number": "919876543210", "region": "IN",
        "repairs": [
            {
                "code": "national_number", "was": "098765 43210", "now": "919876543210",
                "meaning": "the number was written as inside its country; the country code was put in front",
            }
        ],
        "warnings": [], "kind": "mobile", "country": {"code": "IN", "name": "India"},
        "national": "098765 43210", "international": "+91 98765 43210",
    }  # fmt: skip


def test_a_doubt_is_told() -> None:
    assert "Note: read as a national number; with a country code" in phone("6591234567", "--region", "IN").stdout


def test_a_refused_number_says_why_and_what_to_do() -> None:
    done = phone("98765 43210 / 98765 43211", "--region", "IN")
    assert done.exit_code == 1
    assert done.stdout.startswith('Refused: "98765 43210 / 98765 43211" are two numbers')
    assert "It may mean: 919876543211" in done.stdout
    assert "What to do: Send one of them alone" in done.stdout


def test_a_refused_number_as_json_has_its_code() -> None:
    done = phone("98765 4321", "--region", "IN", "--json")
    found = json.loads(done.stdout)
    assert (done.exit_code, found["ok"], found["code"], found["number"]) == (1, False, "too_short", None)
    assert found["error"] == '"98765 4321" has 9 digits; a mobile number in India has 10.'
    assert found["what_to_do"]


@pytest.mark.parametrize("region", ["IN", "in", "India", "भारत", "+91", "0091", "91"])
def test_the_region_may_be_written_in_any_way(region: str) -> None:
    assert told("098765 43210", "--region", region)["region"] == "IN"


def test_the_region_is_that_of_the_settings_where_none_is_named() -> None:
    assert told("098765 43210", DEFAULT_REGION="IN")["number"] == "919876543210"
    assert told("098765 43210")["code"] == "no_country"
    assert told("020 7946 0958", "--region", "GB", DEFAULT_REGION="IN")["number"] == "442079460958"


def test_a_fault_of_the_setting_is_said() -> None:
    done = phone("+91 98765 43210", DEFAULT_REGION="Atlantis")
    assert (done.exit_code, "DEFAULT_REGION must be" in done.stderr) == (0, True)


def test_an_unknown_region_is_a_fault_of_the_call() -> None:
    done = phone("098765 43210", "--region", "Atlantis")
    assert done.exit_code == 2
    assert '"Atlantis" is no country' in done.stderr


def test_a_number_of_no_country_has_none() -> None:
    found = told("+870 773 111 632")  # Inmarsat
    assert (found["number"], found["country"]["name"]) == ("870773111632", None)


def test_the_command_needs_no_database() -> None:
    program = "import sys, adapter.cli.phone; sys.exit('sqlalchemy' in sys.modules or 'flask' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False, timeout=30).returncode == 0
