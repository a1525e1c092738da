"""What `run` says once everything stands: where messages go, each hook's address, a line to try."""

from __future__ import annotations

from adapter.callback_urls import PATH
from adapter.services import Services

_LINE = "─" * 78


def banner(services: Services, *, password: str | None = None) -> str:
    """The text for the terminal. It holds no secret but a password that was just made, shown this once."""
    settings = services.settings
    lines = [
        _LINE,
        *_destination(services),
        "",
        f"Console   {settings.base_url}/",
        *_hooks(services),
        *_reports(services),
        "",
        *_try(services),
    ]
    if password:
        lines += ["", f"Console password, shown this once (it is in .env): {password}"]
    return "\n".join([*lines, "", "Ctrl-C stops everything.", _LINE])


def _destination(services: Services) -> list[str]:
    settings = services.settings
    if not settings.adapter_sandbox:
        return [f"LIVE: messages go to {settings.picky_url} and reach real phones."]
    inbox = settings.sandbox_url.split("/api/")[0].removesuffix("/app")
    lines = [
        "PRACTICE: nothing reaches a real phone. Picky Assist is played by "
        + (
            "the built-in sandbox."
            if settings.has_own_sandbox
            else "the sandbox that PICKY_URL names; start it yourself."
        ),
        f"Inbox     {inbox}/",
        "To go live: in .env, replace the line ADAPTER_SANDBOX=1 by PICKY_TOKEN=<your token>, and start again.",
    ]
    if settings.picky_token:
        lines.append("PICKY_TOKEN is set, but ADAPTER_SANDBOX=1 still sends everything to the sandbox.")
    return lines


def _hooks(services: Services) -> list[str]:
    lines = []
    for entry in services.catalogue.entries().values():
        address = f"{services.settings.base_url}/hooks/{entry.name}"
        secret = next(iter(entry.hook.secret_names), None) if entry.hook else None
        note = "FAULTY, run: python -m adapter check" if entry.faults else f"secret: {secret} in .env" if secret else ""
        lines.append(f"Hook      {address:<50} {note}".rstrip())
    return lines


def _reports(services: Services) -> list[str]:
    """Where Picky Assist reports to; the secret that follows is in .env."""
    address = f"{services.settings.base_url}{PATH}…"
    return [f"Reports   {address:<50} secret: CALLBACK_SECRET in .env"] if services.settings.callback_secret else []


def _try(services: Services) -> list[str]:
    entry = next(
        (one for one in reversed(list(services.catalogue.entries().values())) if one.hook and one.hook.secret_names),
        None,
    )
    if entry is None or entry.hook is None:
        return []
    secret = entry.hook.secret_names[0]
    live = not services.settings.adapter_sandbox
    return [
        "Try it (a dry run, nothing is sent):" if live else "Try it:",
        f"  curl '{services.settings.base_url}/hooks/{entry.name}{'?dry_run=1' if live else ''}' \\",
        f'    -H "X-Hook-Token: $(grep ^{secret}= .env | cut -d= -f2-)" \\',
        "    -d 'first_name=Asha' -d 'phone=+919876543210'",
        "See what became of it:  .venv/bin/python -m adapter events",
    ]
