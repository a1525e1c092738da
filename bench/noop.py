"""The least that Flask can do with a request: what accepting an event is measured against."""

from __future__ import annotations

from typing import Final

from flask import Flask, Response

_ANSWER: Final = '{"ok": true, "status": "queued", "messages": 0, "duplicate": false}'

app = Flask("bench.noop", static_folder=None)


@app.get("/readyz")
@app.post("/hooks/<name>")
def receive(name: str = "") -> Response:  # noqa: ARG001 - a part of the address
    """Answer, and do nothing else."""
    return Response(_ANSWER, mimetype="application/json")
