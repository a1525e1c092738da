"""Fields as a hook file declares them, and payloads read with them."""

from __future__ import annotations

from typing import Any

from adapter.mapping.fields import DeclaredFields, FieldSpec, Loaded, Manner, compile_schema
from adapter.mapping.lookup import Place


def spec(name: str, kind: str = "text", *places: str, **options: Any) -> FieldSpec:
    """One field that looks at these places, by default at its own name."""
    return FieldSpec(name, kind, tuple(Place.of(text) for text in places or (name,)), **options)


def load(data: Any, *specs: FieldSpec, **manner: Any) -> Loaded:
    """The payload through these fields."""
    received = tuple(data) if isinstance(data, dict) else ()
    return DeclaredFields(specs, compile_schema(specs), Manner(**manner)).load(data, received=received)
