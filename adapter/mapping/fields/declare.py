"""From the `fields` of a hook file to what the types are compiled from; every fault is told with its place."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import marshmallow as ma

from adapter.located import Path
from adapter.mapping.fields.build import bound_of, default_of
from adapter.mapping.fields.spec import FieldSpec
from adapter.mapping.lookup import Place

Tell = Callable[[Path, str], None]


def declare(
    declared: Mapping[str, Mapping[str, Any]], *, zone: dt.tzinfo, tell: Tell, path: Path = ("fields",)
) -> tuple[FieldSpec, ...]:
    """The fields of a file whose shape was checked; what cannot work is told through `tell(path, sentence)`."""
    specs = tuple(_spec(name, options, zone, tell, (*path, name)) for name, options in declared.items())
    by_name = {spec.name: spec for spec in specs}
    return tuple(
        dataclasses.replace(spec, region_from=places_of(declared[spec.name].get("region_from") or (), by_name))
        for spec in specs
    )


def places_of(texts: Sequence[str], fields: Mapping[str, FieldSpec]) -> tuple[Place, ...]:
    """Where `region_from` looks: the places of a field of that name, or the sender's own key."""
    found: list[Place] = []
    for text in texts:
        found += fields[text].places if text in fields else (Place.of(text),)
    return tuple(found)


def _spec(name: str, options: Mapping[str, Any], zone: dt.tzinfo, tell: Tell, path: Path) -> FieldSpec:
    kind = options.get("type", "text")
    spec = FieldSpec(
        name=name,
        type=kind,
        places=tuple(Place.of(text) for text in options.get("from_") or [name]),
        required=options.get("required", False),
        default=options.get("default"),
        region=options.get("region"),
        choices=options.get("choices") or (),
        table=options.get("map") or {},
        pattern=options.get("pattern"),
        strip=options.get("strip", True),
        case=options.get("case"),
        split=options.get("split"),
        join=options.get("join"),
        formats=tuple(options.get("format") or ()),
        zone=options.get("timezone"),
        locale=options.get("locale"),
        rows=declare(options.get("fields_") or {}, zone=zone, tell=tell, path=(*path, "fields")),
    )
    spec = dataclasses.replace(
        spec,
        minimum=_bound(spec, options.get("min"), tell, (*path, "min")),
        maximum=_bound(spec, options.get("max"), tell, (*path, "max")),
    )
    if spec.default is not None:
        _check(lambda: default_of(spec, zone=zone), tell, (*path, "default"))
    return spec


def _bound(spec: FieldSpec, bound: Any, tell: Tell, path: Path) -> Any:
    return None if bound is None else _check(lambda: bound_of(spec, bound), tell, path)


def _check(read: Callable[[], Any], tell: Tell, path: Path) -> Any:
    try:
        return read()
    except ma.ValidationError as fault:
        tell(path, str(fault.messages[0]))
        return None
