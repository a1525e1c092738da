"""The fields of a hook: their types, how a value is read, and the step from payload to trusted values."""

from __future__ import annotations

from adapter.mapping.fields.build import TYPES, bound_of, compile_schema, default_of
from adapter.mapping.fields.load import DeclaredFields, Fields, Loaded, Manner, SchemaClass
from adapter.mapping.fields.notes import as_text
from adapter.mapping.fields.scalars import CASES, PhoneField
from adapter.mapping.fields.spec import FieldSpec

__all__ = [
    "CASES", "TYPES", "DeclaredFields", "FieldSpec", "Fields", "Loaded", "Manner", "PhoneField", "SchemaClass",
    "as_text", "bound_of", "compile_schema", "default_of",
]  # fmt: skip
