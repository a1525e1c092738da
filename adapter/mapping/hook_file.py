"""A hook file, compiled: every fault at once, each with its line."""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
import re
import zoneinfo
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final

import marshmallow as ma

from adapter.errors import messages_in
from adapter.intake import auth
from adapter.intake.sources import SOURCES, SourceKind
from adapter.located import Located, Path, YamlFault, read_yaml
from adapter.mapping.fields import FieldSpec, compile_schema, default_of
from adapter.mapping.hook import Browser, Dedupe, Hook
from adapter.mapping.lookup import Place
from adapter.mapping.push import compile_push
from adapter.mapping.schema.hook import NAME, RESERVED_NAMES, HookSchema
from adapter.mapping.template import Rule, TemplateFault, names_in

_VARIABLE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}\Z")
_SECRET_KEYS: Final = frozenset({"token", "secret", "username", "password"})
_TYPOGRAPHIC: Final = re.compile(r"\$\{")


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a hook file: `line` from 1, and one sentence."""

    line: int
    sentence: str


class HookFaults(Exception):
    """A hook file that does not load; `faults` in the order of their lines."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.line))
        super().__init__("; ".join(f"line {fault.line}: {fault.sentence}" for fault in self.faults))


@dataclasses.dataclass(frozen=True)
class Surroundings:
    """What a hook may lean on outside its file. `read_text(name)` reads a file beside it (OSError, ValueError).

    `check_secrets` false lets a hook load without its secrets, for looking at what it would make of a request.
    """

    environ: Mapping[str, str] = dataclasses.field(default_factory=dict, repr=False)
    reserved: Collection[str] = ()
    accounts: Collection[str] = ("main",)
    read_text: Callable[[str], str] = str
    region: str | None = None
    timezone: str = "UTC"
    locale: str = "en"
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
        self.secret_names: list[str] = []
        self.field_names: frozenset[str] = frozenset()

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
        where, line = _spelt(path), self.located.line(path)
        if path in self.located.blocks:
            line += below
        self.faults.append(Fault(line, f"{where}: {sentence}" if where else sentence))

    def expanded(self, value: Any, path: Path) -> Any:
        """`${NAME}` as the whole value of a secret becomes the environment's value."""
        if isinstance(value, dict):
            return {key: self.expanded(inner, (*path, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.expanded(inner, (*path, index)) for index, inner in enumerate(value)]
        if path[:1] == ("auth",) and path[-1] in _SECRET_KEYS and isinstance(value, str):
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
        self.secret_names.append(variable)
        if not self.around.environ.get(variable) and self.around.check_secrets:
            self.fault(path, f"the environment variable {variable} is not set")
        return self.around.environ.get(variable) or text

    def shaped(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        schema = HookSchema()
        try:
            return dict(schema.load(raw))
        except ma.ValidationError as fault:
            for path, sentence in _flat(messages_in(fault)):
                self.fault(path, self.with_hint(path, sentence))
            return dict(fault.valid_data or {})

    def with_hint(self, path: Path, sentence: str) -> str:
        if sentence != "unknown key":
            return "is missing" if sentence == "Missing data for required field." else sentence
        near = difflib.get_close_matches(str(path[-1]), _known_keys(path[:-1]), n=1)
        return f'unknown key; did you mean "{near[0]}"?' if near else sentence

    def compiled(self, data: dict[str, Any]) -> Hook | None:
        source = self.source(data.get("source"))
        proofs = self.proofs(data.get("auth"))
        zone = self.zone(data.get("timezone"))
        specs = self.fields(data.get("fields_") or {}, zone)
        when = self.rule(data.get("when"), ("when",))
        dedupe = self.dedupe(data.get("dedupe"))
        push = compile_push(data["push"], self) if data.get("push") else None
        browser = data.get("browser")
        if source is not None and browser is not None and not source.browser:
            self.fault(("browser",), "belongs to hooks with source: form only")
        if source is None or push is None or self.faults:
            return None
        return Hook(
            name=self.name, source=source, description=data["description"], enabled=data["enabled"],
            methods=tuple(data.get("methods") or source.methods), proofs=proofs, fields=specs,
            schema=compile_schema(specs), when=when, dedupe=dedupe, push=push, respond=data["respond"],
            on_unknown=data["on_unknown"], browser=_browser(browser), region=data.get("region") or self.around.region,
            zone=zone, reject_status=data["reject_status"], secret_names=tuple(self.secret_names),
        )  # fmt: skip

    def source(self, name: Any) -> SourceKind | None:
        if isinstance(name, str) and name not in SOURCES:
            self.fault(("source",), f'unknown source "{name}"; known are {", ".join(sorted(SOURCES))}')
        return SOURCES.get(name) if isinstance(name, str) else None

    def proofs(self, entries: Sequence[Mapping[str, Any]] | None) -> tuple[auth.Proof, ...]:
        found: list[auth.Proof] = []
        for index, entry in enumerate(entries or ()):
            for kind, options in entry.items():  # one, unless the entry has a fault of its own
                try:
                    found.append(_PROOFS[kind](options))
                except (ValueError, TypeError) as fault:
                    self.fault(("auth", index, kind), str(fault))
        return tuple(found)

    def zone(self, name: str | None) -> dt.tzinfo:
        try:
            return zoneinfo.ZoneInfo(name or self.around.timezone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            self.fault(("timezone",), f'"{name}" is no time zone such as Asia/Kolkata')
            return dt.UTC

    def fields(self, declared: Mapping[str, Mapping[str, Any]], zone: dt.tzinfo) -> tuple[FieldSpec, ...]:
        specs = []
        for name, options in declared.items():
            spec = FieldSpec(
                name=name,
                type=options.get("type", "text"),
                places=tuple(Place.of(text) for text in options.get("from_") or [name]),
                required=options.get("required", False),
                default=options.get("default"),
                region=options.get("region"),
                choices=tuple(options.get("choices") or ()),
            )
            specs.append(spec)
            if spec.default is not None:
                self.default(spec, zone)
        return tuple(specs)

    def default(self, spec: FieldSpec, zone: dt.tzinfo) -> None:
        try:
            default_of(spec, zone=zone)
        except ma.ValidationError as fault:
            self.fault(("fields", spec.name, "default"), str(fault.messages[0]))

    def rule(self, source: str | None, path: Path) -> Rule | None:
        return None if source is None else self.checked(lambda: Rule(source), path)

    def dedupe(self, data: Mapping[str, Any] | None) -> Dedupe | None:
        if data is None:
            return None
        key = data.get("key", ())
        for index, name in enumerate(key):
            if name not in self.field_names:
                self.fault(("dedupe", "key", index), self.unknown_name(name))
        return Dedupe(tuple(key), data.get("within", 0.0))

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

    def checked(self, build: Callable[[], Any], path: Path) -> Any:
        """What `build` compiles, once its names are known to be fields."""
        try:
            found = build()
        except TemplateFault as fault:
            self.fault(path, str(fault), below=fault.line)
            return None
        for name, line in names_in(found).items():
            if name not in self.field_names:
                self.fault(path, self.unknown_name(name), below=line)
        return found

    def unknown_name(self, name: str) -> str:
        near = difflib.get_close_matches(name, self.field_names, n=1)
        hint = f'did you mean "{near[0]}"?' if near else f"fields are {', '.join(sorted(self.field_names)) or 'none'}"
        return f'"{name}" is no field of this hook; {hint}'


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


def _flat(messages: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """A tree of marshmallow's messages as (path, sentence); its own `_schema`, `key` and `value` levels are dropped."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            is_level = key == "_schema" or (key in {"key", "value"} and path[:1] == ("fields",) and len(path) == 2)
            yield from _flat(inner, path if is_level else (*path, key))
    elif isinstance(messages, list):
        for message in messages:
            yield from _flat(message, path)
    else:
        yield path, str(messages).rstrip(".") if str(messages).endswith("..") else str(messages)


def _known_keys(path: Path) -> list[str]:
    schema: Any = HookSchema()
    for step in path:
        if isinstance(step, int) or schema is None:
            continue
        field = next((f for f in schema.fields.values() if (f.data_key or f.name) == step), None)
        if field is None and "type" not in schema.fields:
            break
        schema = _schema_in(field) if field is not None else schema
    return [field.data_key or name for name, field in schema.fields.items()] if schema is not None else []


def _schema_in(field: Any) -> ma.Schema | None:
    inner = getattr(field, "value_field", None) or field
    found: ma.Schema | None = getattr(inner, "schema", None)
    return found


def _spelt(path: Path) -> str:
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
