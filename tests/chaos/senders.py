"""Senders as they are: several at once, each repeating an event under the same key until it is answered 200."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

import requests

THREADS: Final = 8
_PAUSE: Final = 0.2
_TIMEOUT: Final = 10.0

HOOKS: Final = {
    "orders.yaml": """\
source: form
auth: none
fields: {phone: {type: phone}, order: {type: text}}
dedupe: {key: [order], within: 1h}
push: {to: '{{ phone }}', message: 'Order {{ order }} is confirmed.'}
""",
    "leads.yaml": """\
source: form
auth: none
fields: {phone: {type: phone}, order: {type: text}}
push: {to: '{{ phone }}', message: 'Lead {{ order }} is taken.'}
""",
}
"""The hooks the events go to: one knows an event again by its order, the other by its `Idempotency-Key`."""


@dataclasses.dataclass(frozen=True, slots=True)
class Order:
    """One event to send; each has a number and a phone of its own."""

    number: int

    @property
    def name(self) -> str:
        """The order's name."""
        return f"A-{self.number:05d}"

    @property
    def request(self) -> dict[str, Any]:
        """The path, the form and the headers."""
        form = {"phone": f"+91 98765 {self.number:05d}", "order": self.name}
        if self.number % 2:
            return {"path": "/hooks/orders", "data": form, "headers": {}}
        return {"path": "/hooks/leads", "data": form, "headers": {"Idempotency-Key": self.name}}


class Ledger:
    """What senders were told; shared by all of a scenario's threads."""

    def __init__(self) -> None:
        self.answered: dict[str, str] = {}
        self.duplicates = 0
        self.statuses: Counter[int] = Counter()
        self.faults: list[str] = []
        self._lock = threading.Lock()

    def write(self, order: Order, answer: requests.Response) -> bool:
        """Note one answer; whether the sender is content with it."""
        with self._lock:
            self.statuses[answer.status_code] += 1
            if answer.status_code == 200:
                told = answer.json()
                self.answered[order.name] = told["id"]
                self.duplicates += told["duplicate"]
                return True
            if answer.status_code != 503:
                self.faults.append(f"{order.name} was answered {answer.status_code}: {answer.text[:200]}")
            elif not answer.headers.get("Retry-After", "").isdecimal():
                self.faults.append(f"{order.name} was answered 503 without a Retry-After in whole seconds.")
            return False

    def give_up(self, order: Order, seconds: float) -> None:
        """Note that a sender lost its patience."""
        with self._lock:
            self.faults.append(f"{order.name} was not answered 200 within {seconds:.0f} s.")


class Wave:
    """So many events over so many seconds, sent from background threads which start at once."""

    def __init__(self, url: str, orders: Iterable[Order], ledger: Ledger, *, over: float, patience: float) -> None:
        self._url, self._ledger, self._patience = url, ledger, patience
        listed = list(orders)
        self._pause = over * THREADS / max(len(listed), 1)
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._send_all, args=(listed[first::THREADS],), name=f"sender-{first}", daemon=True)
            for first in range(THREADS)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def is_over(self) -> bool:
        """Whether every event was answered or given up."""
        return not any(thread.is_alive() for thread in self._threads)

    def give_up(self) -> None:
        """Send nothing more."""
        self._stopped.set()

    def join(self) -> None:
        """Wait until it is over."""
        for thread in self._threads:
            thread.join()

    def _send_all(self, orders: Iterable[Order]) -> None:
        for order in orders:
            self._send(order)
            if self._stopped.wait(self._pause):
                return

    def _send(self, order: Order) -> None:
        deadline = time.monotonic() + self._patience
        request = order.request
        url = self._url + request.pop("path")
        while time.monotonic() < deadline and not self._stopped.is_set():
            try:
                if self._ledger.write(order, requests.post(url, timeout=_TIMEOUT, **request)):
                    return
            except requests.RequestException:
                pass  # no answer: it is sent again under the same key
            self._stopped.wait(_PAUSE)
        self._ledger.give_up(order, self._patience)
