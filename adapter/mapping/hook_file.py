"""A hook file, compiled: every fault at once, each with its line."""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
import importlib
import re
import zoneinfo
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

import marshmallow as ma

from adapter.intake import auth
from adapter.intake.sources import SOURCES, SourceKind
from adapter.located import Located, Path, YamlFault, read_yaml
from adapter.mapping.courtesy import compile_courtesy
from adapter.mapping.faults import Fault, HookFaults
from adapter.mapping.fields import DeclaredFields, Fields, Manner, SchemaClass, compile_schema
from adapter.mapping.fields.declare import declare, places_of
from adapter.mapping.hook import Browser, Dedupe, Hook
from adapter.mapping.lookup import Place
from adapter.mapping.notify import Notify, compile_notify
from adapter.mapping.push import compile_push
from adapter.mapping.schema.hook import NAME, RESERVED_NAMES, HookSchema
from adapter.mapping.schema.sentences import sentences, spelt
from adapter.mapping.send_at import doubt_of, without_date
from adapter.mapping.template import Rule, TemplateFault, Voice, names_in

_VARIABLE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}\Z")
_SECRET_KEYS: Final = frozenset({"token", "secret", "username", "password", "hmac"})
_TYPOGRAPHIC: Final = re.compile(r"\$\{")
_MAIN: Final = "main"
# For a look without secrets: of a form that every scheme takes. Where secrets are checked, the fault comes first.
_STAND_IN: Final = "whsec_c3RhbmQtaW4="
_WINDOW: Final = 72 * 3600.0
_DIGEST_WINDOW: Final = 10 * 60.0


def _no_fault(_url: str) -> None:
    """Any address may be posted to."""


@dataclasses.dataclass(frozen=True)
class Surroundings:
    """What a hook may lean on outside its file. `read_text(name)` reads a file beside it (OSError, ValueError),
    `regions` are the countries of accounts that have one, `notify_fault(url)` says what stands against posting there.

    `check_secrets` false lets a hook load without its secrets, for looking at what it would make of a request.
    """

    environ: Mapping[str, str] = dataclasses.field(default_factory=dict, repr=False)
    reserved: Collection[str] = ()
    accounts: Collection[str] = ("main",)
    regions: Mapping[str, str] = dataclasses.field(default_factory=dict)
    read_text: Callable[[str], str] = str
    region: str | None = None
    timezone: str = "UTC"
    locale: str = "en"
    notify_fault: Callable[[str], str | None] = _no_fault
    check_secrets: bool = True


def load_hook(name: str, text: str, surroundings: Surroundings) -> Hook:
    """Compile one hook file; raises HookFaults with every fault found."""
    if not NAME.match(name) or name in RESERVED_NAMES:
        raise HookFaults([Fault(1, f'"{name}" cannot be a hook\'s name: use a-z, 0-9, _ and -, at most 63 of them')])
    try:
        located = read_yaml(text)
    except YamlFault as fault:
        raise HookFaults([Fault(fault.line, fault.sentence)]) from fault
    if not isinstance(located.data, dict):
        raise HookFaults([Fault(1, "a hook file must be a mapping that begins with source:")])
    return _Loader(name, located, surroundings).load()


class _Loader:
    """Collects faults instead of stopping at the first."""

    def __init__(self, name: str, located: Located, surroundings: Surroundings) -> None:
        self.name = name
        self.located = located
        self.around = surroundings
        self.faults: list[Fault] = []
        self.doubts: list[Fault] = []
        self.voice = Voice()
        self.secret_names: list[str] = []
        self.field_names: frozenset[str] = frozenset()
        self.field_types: dict[str, str] = {}

    def load(self) -> Hook:
        raw = self.expanded(self.located.data, ())
        data = self.shaped(raw)
        declared = self.located.data.get("fields")
        self.field_names = frozenset(declared) if isinstance(declared, dict) else frozenset()
        hook = self.compiled(data)
        if self.faults or hook is None:
            raise HookFaults(self.faults)
        return hook

    def fault(self, path: Path, sentence: str, *, below: int = 1) -> None:
        """`below`: the line inside a text that spans several (`|`), which begins under its key."""
        self.faults.append(self.located_fault(path, sentence, below))

    def note(self, path: Path, sentence: str, *, below: int = 1) -> None:
        """What is doubtful, but may work."""
        self.doubts.append(self.located_fault(path, sentence, below))

    def located_fault(self, path: Path, sentence: str, below: int) -> Fault:
        where, line = spelt(path), self.located.line(path)
        if path in self.located.blocks:
            line += below
        return Fault(line, f"{where}: {sentence}" if where else sentence)

    def expanded(self, value: Any, path: Path) -> Any:
        """`${NAME}` as the whole value of a secret becomes the environment's value."""
        if isinstance(value, dict):
            return {key: self.expanded(inner, (*path, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.expanded(inner, (*path, index)) for index, inner in enumerate(value)]
        if isinstance(value, str) and _is_secret(path):
            return self.secret(value, path)
        return value

    def secret(self, text: str, path: Path) -> str:
        match = _VARIABLE.match(text)
        if match is None:
            if _TYPOGRAPHIC.search(text):
                self.fault(path, "${NAME} must be the whole value")
            return text
        variable = match[1]
        if variable in self.around.reserved:
            self.fault(path, f"{variable} is a setting of the adapter itself; name a variable of your own")
            return text
        if path[0] == "auth":
            self.secret_names.append(variable)
        if not self.around.environ.get(variable) and self.around.check_secrets:
            self.fault(path, f"the environment variable {variable} is not set")
        return self.around.environ.get(variable) or _STAND_IN

    def shaped(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        schema = HookSchema()
        try:
            return dict(schema.load(raw))
        except ma.ValidationError as fault:
            for path, sentence in sentences(fault):
                self.fault(path, sentence)
            return dict(fault.valid_data or {})

    def compiled(self, data: dict[str, Any]) -> Hook | None:
        source = self.source(data.get("source"))
        zone = data.get("timezone") or zoneinfo.ZoneInfo(self.around.timezone)
        self.voice = Voice(data.get("locale") or self.around.locale, zone, self.region(data))
        proofs = self.proofs(data.get("auth"), source)
        fields = self.fields(data, source, zone)
        self.field_names = self.field_names | frozenset(fields.names if fields else ())
        when = self.rule(data.get("when"), ("when",))
        dedupe = self.dedupe(data.get("dedupe"))
        push = compile_push(data["push"], self) if data.get("push") else None
        courtesy = compile_courtesy(data, self)
        if courtesy.send_at is not None:
            self.try_out(courtesy.send_at)
        notify = self.notify(data.get("notify"))
        browser = data.get("browser")
        if source is not None and browser is not None and not source.browser:
            self.fault(("browser",), "belongs to hooks with source: form only")
        if source is None or push is None or fields is None or self.faults:
            return None
        each = data.get("for_each") or source.for_each
        return Hook(
            name=self.name, source=source, description=data["description"], enabled=data["enabled"],
            methods=tuple(data.get("methods") or source.methods), proofs=proofs, fields=fields, when=when,
            for_each=Place.of(each) if each else None, dedupe=dedupe, push=push, respond=data["respond"],
            on_unknown=data["on_unknown"], browser=_browser(browser), region=self.voice.region, voice=self.voice,
            reject_status=data.get("reject_status") or source.reject_status, secret_names=tuple(self.secret_names),
            courtesy=courtesy, doubts=tuple(self.doubts), notify=notify,
        )  # fmt: skip

    def source(self, name: Any) -> SourceKind | None:
        if isinstance(name, str) and name not in SOURCES:
            self.fault(("source",), f'unknown source "{name}"; known are {", ".join(sorted(SOURCES))}')
        return SOURCES.get(name) if isinstance(name, str) else None

    def proofs(self, entries: Sequence[Mapping[str, Any]] | None, source: SourceKind | None) -> tuple[auth.Proof, ...]:
        found: list[auth.Proof] = []
        for index, entry in enumerate(entries or ()):
            for kind, options in entry.items():  # one, unless the entry has a fault of its own
                own = source.preset if source is not None and kind == "hmac" else None
                given = {"preset": own, **options} if own and not options.keys() & {"preset", "header"} else options
                try:
                    found.append(_PROOFS[kind](given))
                except (ValueError, TypeError) as fault:
                    self.fault(("auth", index, kind), str(fault))
        return tuple(found)

    def region(self, data: Mapping[str, Any]) -> str | None:
        """The country of numbers without one: the hook's, its account's, the setting."""
        account = (data.get("push") or {}).get("account", _MAIN)
        return data.get("region") or self.around.regions.get(account) or self.around.region

    def fields(self, data: Mapping[str, Any], source: SourceKind | None, zone: dt.tzinfo) -> Fields | None:
        manner = Manner(region=self.voice.region, zone=zone, locale=data.get("locale"))
        if source is not None:
            words, marks = source.empty_words, source.placeholders
            manner = dataclasses.replace(manner, empty_words=words, placeholders=marks)
        if "schema_" in data:
            schema = self.owners_class(data["schema_"])
            return SchemaClass(schema, manner) if schema is not None else None
        specs = declare(data.get("fields_") or {}, zone=zone, tell=self.fault)
        self.field_types = {spec.name: spec.type for spec in specs}
        told = places_of(data.get("region_from") or (), {spec.name: spec for spec in specs})
        return DeclaredFields(specs, compile_schema(specs), dataclasses.replace(manner, region_from=told))

    def try_out(self, send_at: Rule) -> None:
        """Whether `send_at` works for values of the fields' types, where these are declared in the file."""
        if not self.field_types:
            return
        if without_date(send_at, self.field_types):
            self.fault(("send_at",), "uses no field of the type date or datetime; give its field one of them")
        elif (doubt := doubt_of(send_at, self.field_types, self.voice.zone)) is not None:
            self.note(("send_at",), f"may not work: {doubt}. A span of time is written as 1 day or 2 hours")

    def owners_class(self, dotted: str) -> ma.Schema | None:
        """The marshmallow schema that `schema:` names; the file's owner wrote it, so its code is trusted."""
        module, _, name = dotted.rpartition(".")
        try:
            found = getattr(importlib.import_module(module), name)
            schema = found()
        except Exception as fault:  # noqa: BLE001 - whatever the owner's code raises is told with its place
            self.fault(("schema",), f"{dotted} cannot be loaded: {type(fault).__name__}: {fault}")
            return None
        if not isinstance(schema, ma.Schema):
            self.fault(("schema",), f"{dotted} is no marshmallow Schema")
            return None
        return schema

    def rule(self, source: str | None, path: Path) -> Rule | None:
        return None if source is None else self.checked(lambda: Rule(source, self.voice), path)

    def dedupe(self, data: Mapping[str, Any] | None) -> Dedupe:
        if data is None:
            return Dedupe()
        key, digest = data.get("key", ()), data.get("digest", False)
        for index, name in enumerate(key):
            if name not in self.field_names:
                self.fault(("dedupe", "key", index), self.unknown_name(name))
        within = data.get("within") or (_DIGEST_WINDOW if digest else _WINDOW)
        return Dedupe(tuple(key), within, digest, event_id=bool(data))

    def notify(self, entries: Sequence[Mapping[str, Any]] | None) -> tuple[Notify, ...]:
        return compile_notify(entries or (), self, listed=isinstance(self.located.data.get("notify"), list))

    @property
    def notify_fault(self) -> Callable[[str], str | None]:
        return self.around.notify_fault

    @property
    def accounts(self) -> Collection[str]:
        return self.around.accounts

    def read(self, name: str, path: Path) -> str:
        try:
            return self.around.read_text(name)
        except (OSError, ValueError) as fault:
            reason = fault if isinstance(fault, ValueError) else "it cannot be read"
            self.fault(path, f"{name}: {reason}")
            return ""

    def checked(self, build: Callable[[], Any], path: Path, *, beside: Collection[str] = ()) -> Any:
        """What `build` compiles, once its names are known to be fields, or one of those `beside`."""
        try:
            found = build()
        except TemplateFault as fault:
            self.fault(path, str(fault), below=fault.line)
            return None
        for name, line in names_in(found).items():
            if name not in self.field_names and name not in beside:
                self.fault(path, self.unknown_name(name), below=line)
        return found

    def unknown_name(self, name: str) -> str:
        near = difflib.get_close_matches(name, self.field_names, n=1)
        hint = f'did you mean "{near[0]}"?' if near else f"fields are {', '.join(sorted(self.field_names)) or 'none'}"
        return f'"{name}" is no field of this hook; {hint}'


def _is_secret(path: Path) -> bool:
    """Whether `${NAME}` is expanded there: in proofs, and where notices are signed."""
    if path[:1] == ("auth",):
        return path[-1] in _SECRET_KEYS
    return tuple(step for step in path if isinstance(step, str)) == ("notify", "secret")


def _token(options: Mapping[str, Any]) -> auth.Proof:
    return auth.TokenProof(**options)


def _basic(options: Mapping[str, Any]) -> auth.Proof:
    return auth.BasicProof(**options)


_PROOFS: Final[Mapping[str, Callable[[Mapping[str, Any]], auth.Proof]]] = {
    "token": _token,
    "basic": _basic,
    "hmac": auth.hmac_proof,
}


def _browser(data: Mapping[str, Any] | None) -> Browser:
    if data is None:
        return Browser()
    return Browser(data.get("redirect"), tuple(data["origins"]), data.get("honeypot"))
