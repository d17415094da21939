"""What comes to the shop from elsewhere: a web shop that sells by the API and is told of it, regulars at their page."""

from __future__ import annotations

import json
import time
import uuid
from collections import Counter
from http.client import HTTPConnection
from typing import Any

from tests.api.calling import program
from tests.bulk.fleet import Fleet
from tests.people import Shop
from tests.webhooks.receiving import Receiver, add_endpoint

PAGES = ("", "/offers", "/messages", "/history", "/settings", "/shown-code", "/manifest.webmanifest", "/worker.js")
"""Of a customer's own."""


class WebShop:
    """Calls the API with a key at the shop's own Terminal; `receiver` hears of every sale, wherever it is made."""

    def __init__(self, run: Fleet, shop: Shop, receiver: Receiver) -> None:
        self.fleet, self.receiver = run, receiver
        self.secret = program(shop, terminal_id=shop.own_terminal).secret
        with shop.work():
            add_endpoint(receiver.url)

    def sell(self, customer: int, amount: int) -> int:
        """What is quoted, and the same sent twice, as by a client that lost the answer."""
        basket = {"customer_id": customer, "amount": amount}
        agreed = self._post("/quotes", basket)["agreed"]
        key = str(uuid.uuid4())
        made, again = (self._post("/sales", basket | {"agreed": agreed}, key) for _each in range(2))
        assert made == again
        return int(made["id"])

    def cancel(self, sale: int) -> None:
        self._post(f"/sales/{sale}/cancellation", {})

    def _post(self, path: str, body: object, key: str = "") -> Any:
        connection = HTTPConnection("127.0.0.1", self.fleet.port, timeout=60)
        headers = {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"}
        headers["Idempotency-Key"] = key or str(uuid.uuid4())
        try:
            connection.request("POST", f"/api/v1{path}", json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        assert answer.status in (200, 201), (path, answer.status, text[-600:])
        return json.loads(text)

    def check(self, counts: Counter[str], patience: float) -> None:
        """All was told, each thing under one id: as many sales as were made."""
        until = time.monotonic() + patience
        while self.fleet.ask("SELECT count(*) FROM webhook_delivery WHERE state <> 2") != [(0,)]:
            assert time.monotonic() < until, "webhooks do not come to their end"
            time.sleep(0.5)
        told = {call.headers["webhook-id"]: call.said for call in self.receiver.calls}
        sold = [item["source"] for said in told.values() if said["type"] == "sale.created" for item in items(said)]
        by_api = counts["orders"]
        assert Counter(sold) == {"api": by_api, "store": len(sold) - by_api}
        assert len(sold) == self.fleet.ask("SELECT count(*) FROM transaction WHERE kind = 1")[0][0]


def items(said: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = said["data"]["items"]
    return found
