"""The pages hang together: links lead somewhere, and every sender the adapter knows is told of."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from adapter.cli import commands
from adapter.intake.sources import SOURCES
from tests.docs.examples import DOCS, ROOT, SOURCES_FOLDER

ADDING = DOCS / "adding-a-source.md"
INDEX = SOURCES_FOLDER / "README.md"
_FENCED = re.compile(r"^ *```.*?^ *```[ \t]*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
_COMMAND = re.compile(r"python -m adapter (?P<name>[a-z]+(?:-[a-z]+)*)(?P<rest>[^`\n]*)")
_OPTION = re.compile(r"--[a-z][a-z-]*")
_OUR_PATH = re.compile(r"`((?:adapter|tests)/[\w./-]+)`")


def _prose(page: Path) -> str:
    return _FENCED.sub("", page.read_text(encoding="utf-8"))


def _links(page: Path) -> list[str]:
    return [link for link in _LINK.findall(_prose(page)) if not re.match(r"[a-z]+:", link)]


def _anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes of a page's headings."""
    headings = _HEADING.findall(_prose(page))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: str(page.relative_to(DOCS)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for link in _links(page):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        assert not anchor or anchor in _anchors(target), link


def test_the_index_links_every_page_of_a_sender_and_no_other() -> None:
    linked = {link for link in _links(INDEX) if "/" not in link and not link.startswith("#")}
    assert linked == {page.name for page in SOURCES_FOLDER.glob("*.md")} - {INDEX.name}


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_sender_has_a_page_or_a_row_in_the_table(name: str) -> None:
    assert any(f"`{name}`" in _prose(page) for page in SOURCES_FOLDER.glob("*.md"))


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    for page in DOCS.rglob("*.md"):
        cells = 0
        for line in _prose(page).splitlines():
            row = line.replace(r"\|", "").count("|") if line.startswith("|") else 0
            assert not (row and cells) or row == cells, f"{page.name}: {line}"
            cells = row


def test_the_files_that_the_guide_to_a_new_sender_names_exist() -> None:
    named = _OUR_PATH.findall(_prose(ADDING))
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: str(page.relative_to(DOCS)))
def test_a_page_names_only_commands_and_options_that_exist(page: Path) -> None:
    context = click.Context(commands)
    for match in _COMMAND.finditer(page.read_text(encoding="utf-8")):
        command = commands.get_command(context, match["name"])
        assert command is not None, match[0]
        if isinstance(command, click.Group) and match["rest"].split():
            command = command.get_command(context, match["rest"].split()[0])
            assert command is not None, match[0]
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(_OPTION.findall(match["rest"].partition("#")[0])) <= known, match[0]
