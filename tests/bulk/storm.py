"""Kills of every kind, by lot and seed, in the middle of bulk credits that a person begins and confirms meanwhile."""

from __future__ import annotations

import random
import re
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

from app.identity import COOKIE
from tests.browsing import csrf_token
from tests.bulk.fleet import Fleet
from tests.people import PASSWORD, Shop, Town

AMOUNT = 5
PATIENCE, RESUMED_WITHIN = 180, 60  # seconds
UNDER_WAY = 2
"""So many batches over the same customers at once."""
FORM = {"action": "credit", "amount": str(AMOUNT), "special": "y", "valid_days": "30", "note": "Spring"}


class Caller:
    """Someone whose browser sends a form again, under the same key, until it is answered."""

    def __init__(self, town: Town, port: int) -> None:
        self.port, self.business, self.again = port, str(town.kavalier.id), 0
        browser = town.browser(town.anna)
        self.token = csrf_token(browser)
        cookies = [browser.get_cookie(name) for name in (COOKIE, town.app.config["SESSION_COOKIE_NAME"])]
        carried = "; ".join(f"{each.key}={each.value}" for each in cookies if each)
        self.headers = {"Cookie": carried, "Content-Type": "application/x-www-form-urlencoded"}

    def send(self, page: str, **fields: str) -> str:
        """Answers with where it leads."""
        key = str(uuid.uuid4())
        sent = {"csrf_token": self.token, "business_id": self.business, "form_key": key, **fields}
        status, where = self.ask("POST", page, urlencode(sent))
        assert status == 303, (page, status, where[:400])
        return where

    def confirm(self, page: str) -> None:
        """What its preview shows; the password was asked for again, where the storm lasts."""
        found = re.search(r'name="seen"[^>]*value="([^"]*)"', self.ask("GET", page)[1])
        self.send(f"{page}/confirmation", seen=found[1] if found else "", password=PASSWORD)

    def ask(self, method: str, page: str, body: str | None = None) -> tuple[int, str]:
        until = time.monotonic() + PATIENCE
        while True:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
            try:
                connection.request(method, page, body, self.headers)
                answer = connection.getresponse()
                text = answer.read().decode()
                if answer.status < 500:
                    return answer.status, answer.headers.get("Location") or text
            except (OSError, HTTPException):
                pass
            finally:
                connection.close()
            assert time.monotonic() < until, f"{method} {page} is not answered"
            self.again += 1
            time.sleep(0.2)


class Client(threading.Thread):
    """Anna, who begins and confirms credits for everyone as long as she is let."""

    def __init__(self, fleet: Fleet, town: Town) -> None:
        super().__init__(daemon=True)
        self.fleet, self.shop, self.caller = fleet, town.kavalier, Caller(town, fleet.port)
        self.confirmed: list[int] = []
        self.over = threading.Event()
        self.failed: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.over.wait(0.2):
                if unfinished(self.fleet) < UNDER_WAY:
                    self.credit()
        except BaseException as error:
            self.failed = error

    def credit(self) -> None:
        places = {"program": str(self.shop.program), "terminal": str(self.shop.own_terminal)}
        what = self.caller.send("/bulk-actions", all="1")
        page = self.caller.send(what, **FORM, **places)
        self.caller.confirm(page)
        self.confirmed.append(int(page.rsplit("/", 1)[1]))


@dataclass
class Storm:
    """So many kills of each kind. What comes when is drawn by the seed."""

    fleet: Fleet
    kills: Mapping[str, int]
    seed: int
    done: Counter[str] = field(default_factory=Counter)
    waits: dict[str, list[float]] = field(default_factory=dict)
    """Seconds from a kill until the next customers were done, by what was killed last."""

    def rage(self, client: Client) -> None:
        """Kills come alone and in bursts; after each burst the work is seen to go on."""
        chance = random.Random(self.seed)
        left = [kind for kind, number in self.kills.items() for _each in range(number)]
        chance.shuffle(left)
        while left:
            assert client.failed is None, client.failed
            burst = [left.pop() for _each in range(min(len(left), chance.choice((1, 1, 1, 2, 3))))]
            time.sleep(chance.uniform(0.05, 1.5))
            killed_at = [self._kill(kind, chance, client) for kind in burst]
            self._wait_for_more(burst[-1], killed_at[-1])
            sys.stderr.write(f"\r{self.done.total()} of {sum(self.kills.values())} kills ")

    def _kill(self, kind: str, chance: random.Random, client: Client) -> float:
        """Answers with the moment."""
        kill = getattr(self.fleet, kind)
        until = (began := time.monotonic()) + PATIENCE
        while not kill(chance):
            assert time.monotonic() < until, f"nothing at work for {kind}: {client.failed}"
            self.fleet.mend()
            time.sleep(0.02)
            began = time.monotonic()
        self.done[kind] += 1
        return began

    def _wait_for_more(self, kind: str, began: float) -> None:
        before = handled(self.fleet)
        while (now := handled(self.fleet)) is None or before is None or now <= before:
            before = now if before is None else before
            self.fleet.mend()
            assert time.monotonic() - began < PATIENCE, f"does not go on after {kind}"
            time.sleep(0.05)
        self.waits.setdefault(kind, []).append(time.monotonic() - began)

    def calm(self, client: Client) -> None:
        """Nobody begins anything more, and all comes to its end."""
        client.over.set()
        client.join(PATIENCE)
        assert not client.is_alive()
        assert client.failed is None, client.failed
        until = time.monotonic() + PATIENCE
        while unfinished(self.fleet):
            self.fleet.mend()
            assert time.monotonic() < until, "does not come to its end"
            time.sleep(0.2)


def unfinished(fleet: Fleet) -> int:
    """How many batches are confirmed and not at their end; as many as may be, while nobody can tell."""
    rows = fleet.ask("SELECT count(*) FROM batch WHERE state BETWEEN 4 AND 9")
    return rows[0][0] if rows else UNDER_WAY


def handled(fleet: Fleet) -> int | None:
    rows = fleet.ask("SELECT coalesce(max(id), 0) FROM batch_tally")
    return rows[0][0] if rows else None


def lost_and_doubled(fleet: Fleet, shop: Shop, batches: list[int], customers: int) -> tuple[int, int]:
    """Of what people confirmed: how many customers did not get it, how many got it more than once.

    Asked of what was written, by three ways that would have to fail alike: entries, lots, lines of the log.
    """
    lost = doubled = 0
    for source in (
        "SELECT split_part(key, ':', 2)::bigint, customer_id FROM ledger_entry WHERE key LIKE 'batch:%'",
        "SELECT split_part(e.key, ':', 2)::bigint, l.customer_id FROM lot l JOIN ledger_entry e"
        " ON e.business_id = l.business_id AND e.id = l.entry_id WHERE e.key LIKE 'batch:%'",
        "SELECT split_part(e.key, ':', 2)::bigint, t.customer_id FROM transaction t LEFT JOIN ledger_entry e"
        " ON e.business_id = t.business_id AND e.transaction_id = t.id WHERE t.kind = 2",
    ):
        ((pairs, all_rows, foreign),) = fleet.ask(
            f"SELECT count(DISTINCT (batch, customer)), count(*), count(*) FILTER (WHERE batch IS NULL"
            f" OR batch <> ALL('{{{','.join(map(str, batches))}}}'::bigint[])) FROM ({source}) t (batch, customer)"
        )
        lost += len(batches) * customers - pairs
        doubled += all_rows - pairs + foreign
    rows = fleet.ask(
        f"SELECT count(*) FILTER (WHERE amount < {AMOUNT * 100 * len(batches)}),"
        f" count(*) FILTER (WHERE amount > {AMOUNT * 100 * len(batches)}), count(*) FROM balance"
        f" WHERE business_id = {shop.id} AND wallet_id = {shop.wallet}"
    )
    ((less, more, held),) = rows
    return lost + less + customers - held, doubled + more
