"""What all operations of `/api` share: the token and its scope, schemas that load and dump, errors, the audit log."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import marshmallow as ma
import structlog
from flask import Blueprint, Response, g, request

from adapter import api_tokens, audit
from adapter.errors import InvalidFields, Refusal, StoreUnavailable, Unauthenticated, Undecodable, messages_in
from adapter.intake.auth.compare import same
from adapter.line import too_large
from adapter.store.engine import UNAVAILABLE
from adapter.web.api.schemas.base import Nothing, Strict
from adapter.web.inbound import json_answer, raw_request, services
from adapter.written import inline

blueprint: Final = Blueprint("api", __name__, url_prefix="/api")
OPERATIONS: Final[list[Operation]] = []
"""In the order in which they are documented."""
_log: Final = structlog.get_logger("api")
_MOST_BODY: Final = 10_000  # bytes of a JSON body, where an operation does not say more
_OPEN: Final = frozenset({"api.document"})  # holds no secret, and tools fetch it without a token
_CLOSED: Final = (
    "The API is closed to this request. Make a token in the console under Settings, API tokens, or set API_TOKEN to a "
    "long random text and start the adapter again; send it in a header: Authorization: Bearer <token>."
)


class Forbidden(Refusal):
    """The token does not open this."""

    status = 403
    code = "forbidden"


class NotFound(Refusal):
    """What the address names does not exist."""

    status = 404
    code = "not_found"


@dataclasses.dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a program may do, as it is documented.

    `body`: the schema of a JSON body; `raw`: the media type of a body or an answer that is none. `refuses`: statuses of
    refusals beside those of every operation. `example`: a body.
    """

    name: str
    method: str
    path: str
    title: str
    about: str
    group: str
    query: ma.Schema
    body: ma.Schema | None
    answer: ma.Schema | None
    refuses: tuple[int, ...]
    example: Mapping[str, Any] | None
    raw_body: str
    raw_answer: str

    @property
    def scope(self) -> str:
        """What a token must be allowed to."""
        return "read" if self.method == "GET" else "write"


def operation(
    method: str, path: str, title: str, *, group: str, query: type[ma.Schema] = Nothing,
    body: type[ma.Schema] | None = None, answer: type[ma.Schema] | None = None, refuses: tuple[int, ...] = (),
    example: Mapping[str, Any] | None = None, raw_body: str = "", raw_answer: str = "", most: int = _MOST_BODY,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:  # fmt: skip
    """Make a function an operation: it is given what its schemas loaded, and its answer is dumped by one.

    The function takes the parts of the path, and `query` and `body` where their schemas have fields; without a schema
    anything in the query or in a POST is refused by name. Its docstring is the documentation. `most`: bytes of a body.
    """

    if body is None and method == "POST" and not raw_body:
        body = Nothing

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        told = Operation(
            view.__name__, method, path, title, " ".join((view.__doc__ or "").split()), group,
            query(), body() if body else None, answer() if answer else None, refuses, example,
            raw_body, raw_answer,
        )  # fmt: skip
        OPERATIONS.append(told)

        @functools.wraps(view)
        def run(**given: Any) -> Response:
            with stored():
                query_given = loaded(told.query, request.args.to_dict())
                body_given = None if told.body is None else loaded(told.body, _json(told, most))
                given |= {"query": query_given} if told.query.fields else {}
                given |= {"body": body_given} if told.body is not None and told.body.fields else {}
                found = view(**given)
            if told.answer is None:
                assert isinstance(found, Response)  # noqa: S101 - the view made it
                return found
            return json_answer({"ok": True, **_dumped(told.answer, found)})

        blueprint.add_url_rule(path, view.__name__, run, methods=[method])
        return run

    return decorate


@blueprint.before_request
def _authenticate() -> None:
    """Every address here but the document asks for a token before anything is read."""
    if request.endpoint in _OPEN and request.method in {"GET", "HEAD"}:
        return
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    name, scope = _token(given.strip()) if kind.casefold() == "bearer" else ("", "")
    if not scope:
        raise Unauthenticated(_refused_token(services().settings.api_token))
    if scope != "write" and request.method not in {"GET", "HEAD", "OPTIONS"}:
        raise Forbidden(
            "This token may only read; nothing was changed. Use one that may read and write: Settings, API tokens."
        )
    g.api_who = f"token {name}"


def _token(given: str) -> tuple[str, str]:
    """(name, scope) of the token that was given; empty where it opens nothing."""
    own = services().settings.api_token
    if own and same(given, own):
        return "API_TOKEN", "write"
    with stored():
        found = api_tokens.find(services().store, given, now=time.time())
    return (found.name, found.scope) if found is not None else ("", "")


def _refused_token(own: str) -> str:
    if not own:
        return _CLOSED
    return "The token is missing or wrong; send it in a header: Authorization: Bearer <API_TOKEN>."


@blueprint.after_request
def _challenge(response: Response) -> Response:
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def note(what: str, about: str = "") -> None:
    """Write down that this token's holder did something; never a number or a text."""
    audit.write(services().store, what, about, who=g.api_who, now=time.time())


@contextmanager
def stored() -> Iterator[None]:
    """A database that does not answer is a reason to come back."""
    try:
        yield
    except UNAVAILABLE as fault:
        _log.error("store_unavailable", fault=type(fault).__name__)
        raise StoreUnavailable("The database does not answer just now; send the request again soon.") from fault


def _json(told: Operation, most: int) -> Any:
    body = raw_request().body
    if len(body) > most:
        raise too_large(most)
    assert told.body is not None  # noqa: S101 - asked by the caller
    if not body.strip() and not any(one.required for one in told.body.fields.values()):
        return {}
    try:
        found = json.loads(body)
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # no database can hold that
        raise Undecodable('The body holds half of a character, such as "\\ud83d" alone; send whole ones.') from None
    except (ValueError, RecursionError):
        example = json.dumps(told.example or {})
        raise Undecodable(f"The body is not JSON; send an object such as {example}.") from None
    return found


def loaded(schema: ma.Schema, given: Any) -> dict[str, Any]:
    """What the schema makes of it. Raises InvalidFields, which names each key and what the schema takes."""
    try:
        found: dict[str, Any] = schema.load(given)
    except ma.ValidationError as fault:
        told = {inline(key, 60): texts for key, texts in messages_in(fault).items()}
        lines = (f"{key}: {_line(texts)}" for key, texts in itertools.islice(told.items(), 5))
        sentence = "; ".join(line.rstrip(".") for line in lines)
        taken = ", ".join(one.data_key or name for name, one in schema.fields.items()) or "nothing"
        raise InvalidFields(f"{sentence[:300]}. Taken here: {taken}.", fields=_flat(told)) from None
    return found


def _flat(told: Mapping[str, Any]) -> dict[str, list[str]]:
    return {key: texts if isinstance(texts, list) else [_line(texts)] for key, texts in told.items()}


def _line(texts: Any) -> str:
    if isinstance(texts, Mapping):
        return ", ".join(f"{inline(str(key), 60)} {_line(inner)}" for key, inner in itertools.islice(texts.items(), 5))
    return " ".join(map(str, texts))


def _dumped(schema: ma.Schema, found: Any) -> dict[str, Any]:
    told: dict[str, Any] = schema.dump(found)
    return told


def invalid(key: str, sentence: str) -> InvalidFields:
    """The refusal of what was given under this key."""
    return InvalidFields(f"{key}: {sentence}", fields={key: [sentence]})


class DryRun(Strict):
    """A change that may be asked for without being made."""

    dry_run = ma.fields.Boolean(
        load_default=False, truthy={True}, falsy={False}, error_messages={"invalid": "must be true or false"},
        metadata={"description": "Only say what would be done."},
    )  # fmt: skip
