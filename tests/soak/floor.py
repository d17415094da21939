"""A shop at work over HTTP: tills that sell and cancel, a Kiosk with visitors, readers of the panel, bulk credits, a
web shop, and customers at their own page.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from http.client import HTTPConnection
from urllib.parse import urlencode

from app.businesses.models import Feature
from app.businesses.services import let_kiosk_in, switch_feature
from app.identity import COOKIE, TERMINAL_COOKIE
from tests.bulk.fleet import Fleet
from tests.bulk.storm import Client, unfinished
from tests.factories import add_customer
from tests.my.arriving import arrive, my
from tests.people import Person, Town, hire_to_sell
from tests.soak.online import PAGES, WebShop
from tests.webhooks.receiving import Receiver

SELLERS, REGULARS, AT_HOME = 14, 200, 20
"""A salesperson looks up 300 customers an hour at most."""
PAUSES = {"sells": 0.8, "orders": 0.9, "reads": 0.5, "looks": 0.7, "visits": 30.0, "credits": 120.0}
"""Seconds between two of what each does."""
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_PAGES = (
    *("/customers?sort=-average", "/customers?sort=-last_at", "/customers/{customer}", "/transactions", "/messages"),
    *("/customers/{customer}/loyalty-history", "/customers/{customer}/transactions", "/bulk-actions", "/audit-log"),
    *("/segments", "/transactions/report", "/billing", "/coupons", "/terminals", "/help"),
)


class Browser:
    """Keeps its cookies, follows where it is led, and takes no error for an answer."""

    def __init__(self, port: int, cookies: dict[str, str] | None = None) -> None:
        self.port, self.cookies, self.path = port, cookies or {}, ""

    def get(self, path: str) -> str:
        return self._ask("GET", path, None)

    def post(self, path: str, page: str, **fields: str) -> str:
        """Sends the form of a page that goes to `path`."""
        form = page.partition(f'action="{path}"')[2].partition("</form>")[0]
        return self._ask("POST", path, urlencode({**dict(_HIDDEN.findall(form)), **fields}))

    def _ask(self, method: str, path: str, body: str | None) -> str:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, self._headers(body))
            answer = connection.getresponse()
            for line in answer.headers.get_all("Set-Cookie") or []:
                name, _equals, value = line.partition(";")[0].partition("=")
                self.cookies[name] = value
            text = answer.read().decode()
        finally:
            connection.close()
        assert answer.status in (200, 303), (method, path, answer.status, text[-600:])
        self.path = path
        return self.get(answer.headers["Location"]) if answer.status == 303 else text

    def _headers(self, body: str | None) -> dict[str, str]:
        carried = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        return carried | ({"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {})


class Hand(threading.Thread):
    """Does one thing again and again until it is told to stop."""

    def __init__(self, act: Callable[[int], None], pause: float) -> None:
        super().__init__(daemon=True)
        self.act, self.pause, self.over, self.done = act, pause, threading.Event(), 0
        self.failed: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.over.is_set():
                self.act(self.done)
                self.done += 1
                self.over.wait(self.pause)
        except BaseException as error:
            self.failed = error


class Floor:
    """The shop with everyone in it."""

    def __init__(self, run: Fleet, town: Town, receiver: Receiver) -> None:
        self.fleet, self.town, self.shop = run, town, town.kavalier
        self.phones = [f"+38067{number:07}" for number in range(REGULARS)]
        with self.shop.work():
            self.regulars = [add_customer(f"Ivan{phone[-3:]}", "Koval", phone) for phone in self.phones]
        names = (f"Seller{number} Bilyk" for number in range(SELLERS))
        sellers = [hire_to_sell(self.shop, name, self.shop.own_terminal) for name in names]
        self.tills = [self.browser(each, TERMINAL_COOKIE) for each in sellers]
        self.office, self.kiosk = self.browser(town.anna, COOKIE), self._paired()
        self.at_home = [self._arrived(each) for each in self.regulars[:AT_HOME]]
        self.client, self.web_shop = Client(run, town), WebShop(run, self.shop, receiver)
        self.counts: Counter[str] = Counter()
        self.hands = {name: Hand(getattr(self, name), pause) for name, pause in PAUSES.items()}

    def browser(self, person: Person, cookie: str) -> Browser:
        signed_in = self.town.browser(person).get_cookie(cookie)
        assert signed_in is not None
        return Browser(self.fleet.port, {cookie: signed_in.value})

    def _arrived(self, customer: int) -> Browser:
        cookie = arrive(self.shop, customer).get_cookie(f"regulars_my_{self.shop.id}")
        assert cookie is not None
        return Browser(self.fleet.port, {cookie.key: cookie.value})

    def _paired(self) -> Browser:
        with self.shop.work(self.town.anna):
            switch_feature(Feature.KIOSK, True)
            code = let_kiosk_in(self.shop.own_terminal)
        browser = Browser(self.fleet.port)
        self.pair = lambda: browser.post("/kiosk/pairing", browser.get("/kiosk"), code=code)
        return browser

    # What each of them does.

    def sells(self, number: int) -> None:
        """Every seventh sale is cancelled again."""
        till = self.tills[number % SELLERS]
        page = till.post("/terminal/look-ups", till.get("/terminal"), code=self.phones[number % REGULARS])
        self._finish(till, page, number)

    def _finish(self, till: Browser, page: str, number: int) -> None:
        sale = till.path.rpartition("/")[0]
        page = till.post(f"{sale}/amount", page, amount=str(50 + number % 400))
        page = till.post(f"{sale}/pin", page)
        till.post(f"{sale}/confirmation", page)
        assert re.fullmatch(r"/terminal/sales/\d+", till.path), till.path
        self.counts["sales"] += 1
        if number % 7 == 0:
            cancelling = f"{till.path}/cancellation"
            till.post(cancelling, till.get(cancelling))
            self.counts["cancelled"] += 1

    def visits(self, number: int) -> None:
        """A customer looks itself up at the Kiosk, and the till beside it takes it over."""
        self.kiosk.post("/kiosk/look-ups", self.kiosk.get("/kiosk"), code=self.phones[-1 - number % REGULARS])
        visit = self.kiosk.path
        till = self.tills[number % SELLERS]
        taking = visit.replace("/kiosk/visits", "/terminal/visitors") + "/sale"
        self._finish(till, till.post(taking, till.get("/terminal")), 1)
        self.kiosk.post(f"{visit}/end", self.kiosk.get(visit))
        self.counts["visits"] += 1

    def orders(self, number: int) -> None:
        """Every seventh is cancelled again."""
        sale = self.web_shop.sell(self.regulars[-1 - number % REGULARS], 5_000 + number % 400)
        self.counts["orders"] += 1
        if number % 7 == 0:
            self.web_shop.cancel(sale)
            self.counts["cancelled"] += 1

    def looks(self, number: int) -> None:
        """Customers at their own page."""
        self.at_home[number % AT_HOME].get(my(self.shop, PAGES[number % len(PAGES)]))
        self.counts["looks"] += 1

    def reads(self, number: int) -> None:
        customer = self.regulars[number % REGULARS]
        self.office.get(_PAGES[number % len(_PAGES)].format(customer=customer))
        self.counts["pages"] += 1

    def credits(self, _number: int) -> None:
        if unfinished(self.fleet) == 0:
            self.client.credit()
            self.counts["bulk credits"] += 1

    def open(self) -> None:
        self.pair()
        for each in self.hands.values():
            each.start()

    def close(self) -> None:
        for each in self.hands.values():
            each.over.set()
        for each in self.hands.values():
            each.join(90)
        self.check()

    def check(self) -> None:
        """Nobody met an error."""
        failed: Sequence[tuple[str, object]] = [
            (name, each.failed) for name, each in self.hands.items() if each.failed is not None
        ]
        assert not failed, failed
