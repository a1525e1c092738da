"""The shape of a hook file as marshmallow schemas."""
