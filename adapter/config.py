"""Settings: one table, read from the environment and `.env`; every fault is reported at once."""

from __future__ import annotations

import dataclasses
import os
import re
import zoneinfo
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import dotenv

from adapter.errors import ConfigurationError
from adapter.picky.account import MAIN, SANDBOX_TOKEN, Account

PUSH_URL: Final = "https://app.pickyassist.com/api/v2/push"
ENV_FILE: Final = ".env"
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_FORGETFUL_PLATFORMS: Final = ("DYNO", "RENDER", "RAILWAY_", "FLY_")


def _text(value: str) -> str:
    return value


def _flag(value: str) -> bool:
    if value.lower() not in {"", "0", "1", "false", "true"}:
        raise ValueError(f'must be 1 or 0, not "{value}"')
    return value.lower() in {"1", "true"}


def _count(least: int, most: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not value.isascii() or not value.isdecimal() or not least <= int(value) <= most:
            raise ValueError(f'must be a whole number from {least:,} to {most:,}, not "{value}"')
        return int(value)

    return parse


def _one_of(*words: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value not in words:
            raise ValueError(f'must be one of {", ".join(words)}, not "{value}"')
        return value

    return parse


def _region(value: str) -> str:
    if value:
        import phonenumbers  # slow to import, and seldom needed here

        if value.upper() not in phonenumbers.SUPPORTED_REGIONS:
            raise ValueError(f'must be a country\'s two letters such as IN, not "{value}"')
    return value.upper()


def _locale(value: str) -> str:
    if value != "en":
        from babel import localedata  # slow to import, and seldom needed here

        if not localedata.exists(value):
            raise ValueError(f'must be a language such as en or en_IN, not "{value}"')
    return value


def _database(value: str) -> str:
    if not re.match(r"(sqlite|postgres|postgresql)(\+[a-z0-9]+)?://", value):
        raise ValueError("must be an address such as sqlite:///var/adapter.db or postgres://…")
    return value


def _public_url(value: str) -> str:
    if value and not re.fullmatch(r"https?://[^/\s?#]+(/[^\s?#]*)?", value):
        raise ValueError(f'must be an address such as https://hooks.example.com, not "{value}"')
    return value.rstrip("/")


def _zone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as fault:
        raise ValueError(f'must be a time zone such as Asia/Kolkata, not "{value}"') from fault
    return value


def push_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    if not whole:
        raise ValueError(f'must be an address such as {PUSH_URL}, not "{value}"')
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError("must begin with https://, because the token travels in the request")
    return value


def _words(value: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in value.split(",") if word.strip())


CALLBACK_SECRET: Final = re.compile(r"[A-Za-z0-9._~-]{1,200}\Z")


def callback_secrets(value: str) -> tuple[str, ...]:
    secrets = _words(value)
    if not all(CALLBACK_SECRET.match(one) for one in secrets):
        raise ValueError("must be made of at most 200 letters, digits, - and _, because it is part of an address")
    return secrets


def _application(value: str) -> str:
    if not value.isascii() or not value.isdecimal() or int(value) == 0:
        raise ValueError(f'must be the number of a channel, such as 8 for WhatsApp Official, not "{value}"')
    return value


@dataclasses.dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table: its name, how its text is read, its default as text, and a sentence for people."""

    name: str
    parse: Callable[[str], Any]
    default: str
    help: str
    secret: bool = False


SETTINGS: Final = (
    Setting("PICKY_TOKEN", _text, "", "The API token of your Picky Assist project.", secret=True),
    Setting("PICKY_URL", push_url, PUSH_URL, "The push API. Older (V3) projects: https://pickyassist.com/app/api/v2/push."),
    Setting("PICKY_APPLICATION", _application, "8", "The channel messages leave through: 8 is WhatsApp Official, 3 is SMS."),
    Setting("PICKY_ENCODING", _one_of("json", "form", "query"), "json", "How a push is sent: json, or the normal POST with data= in a form or the query."),
    Setting("PICKY_RATE", _count(0, 100_000), "85", "Most push requests a minute; Picky Assist drops what exceeds 90. 0 means no limit."),
    Setting("PICKY_BATCH", _count(1, 1_000), "100", "Most messages in one push."),
    Setting("PICKY_DAILY_CAP", _count(0, 10_000_000), "0", "Most messages a day (of TIMEZONE); what exceeds it is held until the next. 0 means no cap."),
    Setting("PICKY_TIMEOUT", _count(1, 300), "30", "Seconds one push may take before its outcome counts as unknown."),
    Setting("PICKY_SPLIT", _flag, "1", "1 sends a push that was refused for its content again in halves, until the bad message stands alone; 0 holds all of it."),
    Setting("RETRY_PAUSE", _count(1, 3_600), "2", "Seconds before the first retry, at most; doubled with each failure."),
    Setting("RETRY_LONGEST", _count(1, 86_400), "3600", "Most seconds between two retries."),
    Setting("RETRY_HOURS", _count(0, 720), "10", "Hours in a row a message is tried again before it is dead."),
    Setting("RESEND_AFTER", _count(1, 86_400), "900", "Seconds a message without an answer waits for a delivery report before on_unknown: resend sends it again, or a person is told."),
    Setting("REPORT_AFTER", _count(0, 604_800), "1800", "Seconds after which Picky Assist is asked for the delivery report of what it took and never reported on; 0 never asks."),
    Setting("RETENTION_DAYS", _count(0, 3_650), "90", "Days an event is kept once nothing of it waits; 0 keeps everything."),
    Setting("RELAY_CONCURRENCY", _count(1, 64), "8", "Most calls a relay has under way at once."),
    Setting("ADAPTER_SANDBOX", _flag, "0", "1 sends everything to the built-in sandbox instead of Picky Assist."),
    Setting("SANDBOX_PORT", _count(0, 65_535), "0", "Port of the built-in sandbox on this machine; 0 means PORT + 1."),
    Setting("DATABASE_URL", _database, "sqlite:///var/adapter.db", "Where events and messages are kept: SQLite, or a postgres:// address.", secret=True),
    Setting("SQLITE_IS_PERSISTENT", _flag, "0", "1 says that the disk under SQLite survives a restart on this platform."),
    Setting("TEMPLATES_DIR", _text, "templates", "The folder with the hook files."),
    Setting("TEMPLATES_WRITABLE", _flag, "0", "1 lets the console save hook files (set by make run only)."),
    Setting("PORT", _count(1, 65_535), "8000", "The port the web server listens on."),
    Setting("HOST", _text, "", "The address the web server listens on; default 127.0.0.1, on a hosting platform 0.0.0.0."),
    Setting("WEB_CONCURRENCY", _count(1, 64), "2", "Web processes."),
    Setting("WEB_THREADS", _count(1, 256), "8", "Threads in each web process."),
    Setting("PUBLIC_URL", _public_url, "", "The address of this adapter as senders see it, such as https://hooks.example.com."),
    Setting("MAX_BODY_BYTES", _count(1_024, 64 * 1024 * 1024), "1048576", "Largest request body that is read, in bytes."),
    Setting("SECRET_KEY", _text, "", "Signs sessions and the links of why --link; any long random text.", secret=True),
    Setting("ADMIN_PASSWORD", _text, "", "The password of the console.", secret=True),
    Setting("API_TOKEN", _text, "", "A first token for /api.", secret=True),
    Setting("CALLBACK_SECRET", callback_secrets, "", "The secret part of the address that Picky Assist reports to. Several joined by commas are all taken, to change it without a gap.", secret=True),
    Setting("PUSH_TOKENS", _words, "", "Tokens that may use the drop-in push endpoint, joined by commas; default: the accounts' own.", secret=True),
    Setting("NOTIFY_HOSTS", _words, "", "Hosts that notify: may post to, joined by commas, such as hooks.zapier.com; default: every public one."),
    Setting("OPT_OUT_WORDS", _words, "", "Words that put who writes them on the opt-out list, joined by commas; default: those of LOCALE and of English. none: nobody is put there by a message."),
    Setting("OPT_IN_WORDS", _words, "", "Words that take who writes them off the opt-out list again; default: those of LOCALE and of English."),
    Setting("DEFAULT_REGION", _region, "", "Country of phone numbers written without a country code, such as IN; default none."),
    Setting("LOCALE", _locale, "en", "Language of numbers and dates in messages, such as en_IN."),
    Setting("TIMEZONE", _zone, "UTC", "Time zone of dates in messages, such as Asia/Kolkata."),
    Setting("LOG_LEVEL", _one_of("DEBUG", "INFO", "WARNING", "ERROR"), "INFO", "How much is logged."),
    Setting("LOG_FORMAT", _one_of("auto", "json", "console"), "auto", "json for machines, console for people; auto decides by whether a terminal is attached."),
)  # fmt: skip

NAMES: Final = frozenset(setting.name for setting in SETTINGS) | {f"{s.name}_FILE" for s in SETTINGS if s.secret}


@dataclasses.dataclass(frozen=True)
class Settings:
    """The settings as values, in lower case: `settings.port`. `environ` holds every variable, for hooks' secrets;
    `env_file` is the `.env` that is read beside the environment, None where everything was given."""

    environ: Mapping[str, str] = dataclasses.field(repr=False)
    values: Mapping[str, Any] = dataclasses.field(repr=False)
    env_file: Path | None = None

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name.upper()]
        except KeyError:
            raise AttributeError(name) from None

    def replace(self, **values: Any) -> Settings:
        """The same settings but for these, by their names in lower case."""
        changed = {**self.values, **{name.upper(): value for name, value in values.items()}}
        return dataclasses.replace(self, values=changed)

    @property
    def destination(self) -> str:
        """`sandbox` or `live`: where messages made now are meant to go, for ever."""
        return "sandbox" if self.adapter_sandbox else "live"

    @property
    def bind_host(self) -> str:
        """The address to listen on: HOST, else all addresses on a hosting platform and loopback elsewhere."""
        return str(self.host or ("0.0.0.0" if platform_of(self.environ) else "127.0.0.1"))  # noqa: S104 - a router stands before it there

    @property
    def base_url(self) -> str:
        """This adapter's address without a final slash: PUBLIC_URL where set."""
        return str(self.public_url or self.local_url).rstrip("/")

    @property
    def local_url(self) -> str:
        """The web server's address for programs on this machine, without a final slash."""
        host = "127.0.0.1" if self.bind_host in {"", "0.0.0.0"} else self.bind_host  # noqa: S104 - a comparison
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def sandbox_url(self) -> str:
        """The push address of the sandbox: PICKY_URL where it names this machine, else the built-in one's."""
        if urlsplit(self.picky_url).hostname in LOOPBACK:
            return str(self.picky_url)
        return f"http://127.0.0.1:{self.sandbox_port or self.port + 1}/api/v2/push"

    @property
    def has_own_sandbox(self) -> bool:
        """Whether `run` starts the built-in sandbox: the flag is set and PICKY_URL names no other one."""
        return bool(self.adapter_sandbox) and urlsplit(self.picky_url).hostname not in LOOPBACK

    def main_account(self) -> Account | None:
        """The account of the environment; None where there is neither a token nor the sandbox flag."""
        if not self.picky_token and not self.adapter_sandbox:
            return None
        return Account(
            name=MAIN,
            url=self.sandbox_url if self.adapter_sandbox else self.picky_url,
            token=self.picky_token or SANDBOX_TOKEN,
            application=self.picky_application,
            rate=self.picky_rate,
            batch=self.picky_batch,
            encoding=self.picky_encoding,
            daily_cap=self.picky_daily_cap,
            callback_secrets=self.callback_secret,
        )


def read_environment(directory: Path | None = None) -> dict[str, str]:
    """The environment over what `.env` in `directory` (default: the current one) says."""
    path = (directory or Path.cwd()) / ENV_FILE
    values = dotenv.dotenv_values(path, interpolate=False) if path.is_file() else {}
    return {key: value for key, value in values.items() if value is not None} | dict(os.environ)


def read_settings(environ: Mapping[str, str] | None = None) -> tuple[Settings, list[str]]:
    """Every setting, and a sentence for each that is wrong; a wrong one has its default."""
    env_file = Path.cwd() / ENV_FILE if environ is None else None
    environ = read_environment() if environ is None else environ
    values: dict[str, Any] = {}
    faults: list[str] = []
    for setting in SETTINGS:
        try:
            values[setting.name] = setting.parse(_read(setting, environ) or setting.default)
        except ValueError as fault:
            values[setting.name] = setting.parse(setting.default)
            faults.append(f"{setting.name} {fault}.")
    return Settings(environ, values, env_file), faults


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Every setting; raises ConfigurationError with all faults, one sentence each."""
    settings, faults = read_settings(environ)
    if faults:
        raise ConfigurationError(faults)
    return settings


def _read(setting: Setting, environ: Mapping[str, str]) -> str:
    text, path = environ.get(setting.name, "").strip(), environ.get(f"{setting.name}_FILE", "").strip()
    if not setting.secret or not path:
        return text
    if text:
        raise ValueError(f"is set, and {setting.name}_FILE too: remove one of them")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"cannot be read from the file that {setting.name}_FILE names") from None


def platform_of(environ: Mapping[str, str]) -> str | None:
    """The variable that betrays a hosting platform with a throw-away disk; None elsewhere."""
    return next(
        (mark for mark in _FORGETFUL_PLATFORMS for key in environ if key == mark or _is_family(key, mark)), None
    )


def _is_family(key: str, mark: str) -> bool:
    return mark.endswith("_") and key.startswith(mark)


def service_faults(settings: Settings) -> list[str]:
    """What stands against starting `web`, `relay` or `run` with these settings; [] when nothing does."""
    faults = []
    if settings.main_account() is None:
        faults.append(
            "No destination: set PICKY_TOKEN to the token of your Picky Assist project, "
            "or ADAPTER_SANDBOX=1 to practise with the built-in sandbox."
        )
    if (
        settings.database_url.startswith("sqlite")
        and platform_of(settings.environ)
        and not settings.sqlite_is_persistent
    ):
        faults.append(
            "SQLite would be lost at the next restart, because this platform forgets its disk: add its PostgreSQL add-on "
            "(it sets DATABASE_URL), or set SQLITE_IS_PERSISTENT=1 if a volume is mounted there."
        )
    return faults


def require_service(settings: Settings) -> Settings:
    """The settings again, or ConfigurationError where a service must not start with them."""
    if faults := service_faults(settings):
        raise ConfigurationError(faults)
    return settings
