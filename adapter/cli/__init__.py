"""The commands, `python -m adapter …`; each lives in the module of its kind and is imported when it is called."""

from __future__ import annotations

import importlib
import sys
from typing import Final

import click

from adapter.errors import ConfigurationError

_MODULES: Final = {
    "check": "looking", "hooks": "looking", "preview": "looking",
    "test": "trying", "draft": "trying",
    "phone": "phone",
    "send": "sending",
    "events": "telling", "why": "telling",
    "notices": "noticing",
    "replay": "controlling", "release": "controlling", "cancel": "controlling",
    "pause": "controlling", "resume": "controlling",
    "optouts": "optouts",
    "relay": "serving", "migrate": "serving", "sandbox": "serving", "run": "serving",
    "sign-in": "entering",
}  # fmt: skip


class _Commands(click.Group):
    """Commands by name, loaded late: `send` must not wait for a database library."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = _MODULES.get(cmd_name)
        if module is None:
            return None
        found: click.Command = getattr(
            importlib.import_module(f"adapter.cli.{module}"), f"{cmd_name.replace('-', '_')}_command"
        )
        return found


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def commands() -> None:
    """Relay what no-code tools post to Picky Assist. Every command reads .env; the environment wins."""


def main() -> None:
    """Run a command; what stands in its configuration is printed, one sentence a line, with exit status 1."""
    try:
        commands(prog_name="python -m adapter")
    except ConfigurationError as fault:
        print("\n".join(fault.faults), file=sys.stderr)
        sys.exit(1)
