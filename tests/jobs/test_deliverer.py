"""Whose turn it is among addresses that are told what happens (AP-1)."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask

from jobs import deliverer
from jobs.deliverer import ADDRESSES, Deliverer


class Pool:
    """Runs nothing by itself."""

    def __init__(self) -> None:
        self.given: list[tuple[int, int]] = []

    def submit(self, _work: object, business: int, endpoint: int) -> None:
        self.given.append((business, endpoint))


def test_slow_addresses_leave_their_turn_to_others(shared_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one business, with more waiting than a turn can take: what waits there is older than anybody else's."""
    slow, other = [(1, number) for number in range(ADDRESSES)], (2, 99)
    monkeypatch.setattr(deliverer, "due_webhooks", lambda: [*slow, other])
    monkeypatch.setattr(deliverer, "deliver_due", lambda *_: None)
    teller, pool = Deliverer(shared_app, threading.Event()), Pool()
    given: Any = pool
    teller.look(given)
    assert pool.given == slow
    teller.tell(*slow[0])
    teller.look(given)
    assert pool.given[ADDRESSES:] == [other]
    teller.tell(*other)
    teller.look(given)
    assert pool.given[ADDRESSES + 1 :] == slow[:1]
