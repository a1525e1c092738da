"""Microseconds that decode, load and render take of one event, and their share of a whole request.

A whole request is the Flask application with everything in it: proof, line, and the event's commit on SQLite.
"""

from __future__ import annotations

import logging
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog
from flask.testing import FlaskClient

from adapter.config import load_settings
from adapter.intake.decode import decode
from adapter.intake.request import RawRequest, read_http_file
from adapter.intake.sources import enrich
from adapter.line import take
from adapter.mapping.hook import Hook
from adapter.mapping.render import render
from adapter.services import Services, open_services
from adapter.store.migrate import migrate
from adapter.web.app import build_app

ROOT: Final = Path(__file__).resolve().parents[1]
REQUESTS: Final = {
    "zapier_lead": ROOT / "templates/zapier_lead/samples/lead.http",
    "won_deal": ROOT / "templates/won_deal/samples/form_data.http",
    "contact_form": ROOT / "templates/contact_form/samples/browser.http",
    "shop_order": ROOT / "bench/requests/shop_order.http",
    "form_answers": ROOT / "bench/requests/form_answers.http",
}
_TOKEN: Final = "bench-token"  # noqa: S105 - opens nothing but this measurement
_VARIABLE: Final = re.compile(rb"\$\{[A-Z_]+\}")
_ROUNDS: Final = 7


def main() -> None:
    """Print a row for each request."""
    heads = "".join(f"{head:>9}" for head in ("decode", "load", "render", "line", "request"))
    print(f"{'µs an event (median)':<22}{heads}   share of a request")
    with tempfile.TemporaryDirectory() as folder:
        services = _services(Path(folder))
        client = build_app(services).test_client()
        for name, path in REQUESTS.items():
            raw = _VARIABLE.sub(_TOKEN.encode(), path.read_bytes())
            _row(name, read_http_file(raw), services, client)


def _services(folder: Path) -> Services:
    hooks = folder / "hooks"
    hooks.mkdir()
    for path in [*(ROOT / "templates").glob("*.yaml"), *(ROOT / "bench/hooks").glob("*.yaml")]:
        (hooks / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    settings = load_settings({
        "ADAPTER_SANDBOX": "1", "DATABASE_URL": f"sqlite:///{folder / 'bench.db'}", "TEMPLATES_DIR": str(hooks),
        "ZAPIER_TOKEN": _TOKEN, "ZOHO_TOKEN": _TOKEN, "FORM_TOKEN": _TOKEN,
    })  # fmt: skip
    services = open_services(settings)
    migrate(services.store)
    return services


def _row(name: str, request: RawRequest, services: Services, client: FlaskClient) -> None:
    hook = services.catalogue.hook(name)
    payload = enrich(hook.source, request, decode(request))
    values = hook.fields.load(payload.data).values
    stages: dict[str, Callable[[], object]] = {
        "decode": lambda: enrich(hook.source, request, decode(request)),
        "load": lambda: hook.fields.load(payload.data),
        "render": lambda: render(hook, values),
        "line": lambda: _line(hook, request, services),
    }
    spent = {stage: _median(work, 300) for stage, work in stages.items()}
    spent["request"] = _median(lambda: _post(client, request), 60)
    shares = "  ".join(f"{stage} {spent[stage] / spent['request']:.1%}" for stage in ("decode", "load", "render"))
    print(f"{name:<22}" + "".join(f"{spent[stage]:>9.0f}" for stage in spent) + f"   {shares}")


def _line(hook: Hook, request: RawRequest, services: Services) -> None:
    taken = take(hook, request, services.accounts, now=time.time())
    assert taken.messages, taken.refusal  # noqa: S101 - a measurement of nothing would be a lie


def _post(client: FlaskClient, request: RawRequest) -> None:
    response = client.open(request.path, method=request.method, headers=list(request.headers), data=request.body)
    assert response.status_code == 200, response.text  # noqa: S101 - see above


def _median(work: Callable[[], object], times: int) -> float:
    """Microseconds a call, the median of several rounds."""
    rounds = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        for _ in range(times):
            work()
        rounds.append((time.perf_counter() - started) / times * 1e6)
    return statistics.median(rounds)


if __name__ == "__main__":
    main()
