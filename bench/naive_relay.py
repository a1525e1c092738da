"""What one would write in an afternoon: each post is passed on at once, in a call of its own, and answered 200."""

from __future__ import annotations

import os
from typing import Any

import requests
from flask import Flask, request

app = Flask("bench.naive_relay", static_folder=None)
_URL = os.environ["PICKY_URL"]


@app.post("/hooks/<name>")
def receive(name: str) -> dict[str, Any]:  # noqa: ARG001 - a part of the address
    """Pass one lead on."""
    lead = request.get_json()
    number = lead["phone"].replace(" ", "").lstrip("+")
    text = f"Hi {lead['first_name']}, thank you for your interest in {lead['interest']}!"
    push = {"token": "sandbox", "application": "8", "data": [{"number": number, "message": text}]}
    requests.post(_URL, json=push, timeout=30)
    return {"ok": True, "status": "queued", "duplicate": False}


@app.get("/readyz")
def readyz() -> dict[str, Any]:
    """It runs."""
    return {"ok": True}
