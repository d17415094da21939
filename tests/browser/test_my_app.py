"""The customer's page as an app: installed, offline, and pushes from the letter to the opened message (MY-1, BA-2)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.businesses.queries import own_business
from app.extensions import db
from app.messaging.models import Message, MessageStatus
from app.messaging.services.subscriptions import subscriptions_of
from tests.browser.axe import axe_faults
from tests.browser.conftest import PageFor
from tests.browser.my_pages import cookie
from tests.factories import add_customer
from tests.messaging.gateways.test_webpush import Browser, PushService, service
from tests.messaging.pipeline import PHONE, make_due
from tests.messaging.pipeline import send as send_messages
from tests.messaging.test_pushes_shown import channels, pushing, sent
from tests.my.conftest import speak
from tests.people import Shop, Town

__all__ = ["pushing", "service"]
HOME = "/my/kavalier"
# No push service of the world can be reached from here: Chromium is told where it would receive, all else is its own.
PLACE = """
(said) => {
  const giveUp = async () => { localStorage.removeItem("subscribed"); return true; };
  const subscription = { endpoint: said.endpoint, toJSON: () => said, unsubscribe: giveUp };
  PushManager.prototype.subscribe = async () => {
    localStorage.setItem("subscribed", "yes");
    return subscription;
  };
  PushManager.prototype.getSubscription = async () => (localStorage.getItem("subscribed") ? subscription : null);
}
"""


@pytest.fixture
def phone(service: PushService) -> Browser:
    return service.browser()


@pytest.fixture
def olena(town: Town) -> int:
    with town.kavalier.work():
        customer = add_customer("Olena", "Koval", PHONE)
        speak(customer, "en")
        return customer


Opened = Callable[..., Page]


@pytest.fixture
def opened(page_for: PageFor, site: str, town: Town, olena: int) -> Opened:
    """A window of Olena's phone, signed in; with a browser where it would receive pushes."""

    def open_window(phone: Browser | None = None, **options: Any) -> Page:
        page = page_for(None, **({"width": 390, "height": 844} | options))
        name, token = cookie(town.app, town.kavalier.id, olena)
        page.context.add_cookies([{"name": name, "value": token, "url": site}])
        page.context.grant_permissions(["notifications"], origin=site)
        if phone:
            said = phone.subscription
            told = {"endpoint": said.endpoint, "keys": {"p256dh": said.p256dh, "auth": said.auth}}
            page.add_init_script(f"({PLACE})({json.dumps(told)})")
        return page

    return open_window


def let_in(page: Page) -> None:
    page.goto(f"{HOME}/settings")
    page.get_by_role("button", name="Turn notifications on").click()
    expect(page.get_by_text("Notifications are on in this browser.")).to_be_visible()


def deliver(page: Page, site: str, data: str) -> None:
    """As a push service would, to the worker of this business."""
    known: list[dict[str, Any]] = []
    devtools = page.context.new_cdp_session(page)
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda told: known.extend(told["registrations"]))
    devtools.send("ServiceWorker.enable")
    until(lambda: any(each["scopeURL"] == f"{site}{HOME}" for each in known), page)
    number = next(each["registrationId"] for each in known if each["scopeURL"] == f"{site}{HOME}")
    devtools.send("ServiceWorker.deliverPushMessage", {"origin": f"{site}/", "registrationId": number, "data": data})


def until(true: Callable[[], bool], page: Page, seconds: float = 10) -> None:
    end = monotonic() + seconds
    while not true():
        assert monotonic() < end
        page.wait_for_timeout(50)


def test_a_push_is_shown_told_and_opened(
    opened: Opened, site: str, pushing: Shop, olena: int, phone: Browser, service: PushService
) -> None:
    """BA-2, CP-4, MY-1: encrypted for the browser, shown by its worker, delivered, so no SMS; a click makes it Read."""
    page = opened(phone)
    let_in(page)
    with pushing.work():
        assert subscriptions_of([olena])[olena] == (phone.subscription,)
    message = sent(pushing, olena)
    payload = phone.reads(service.got[-1][2])
    deliver(page, site, json.dumps(payload))
    until(lambda: [status for _channel, status in channels(pushing)] == [MessageStatus.DELIVERED], page)
    with pushing.work():
        make_due()
    send_messages(pushing)
    assert len(channels(pushing)) == 1
    shown = page.evaluate(
        f"async () => (await (await navigator.serviceWorker.getRegistration('{HOME}')).getNotifications())"
        ".map((each) => [each.title, each.body])"
    )
    assert shown == [["Bread", "Come and taste"]]
    click(page)
    expect(page).to_have_url(re.compile(rf"{HOME}/messages/{message}$"))
    expect(page.get_by_role("heading", name="Bread")).to_be_visible()
    until(lambda: is_read(pushing, message), page)


def click(page: Page) -> None:
    (worker,) = page.context.service_workers
    worker.evaluate(
        "async () => { const [notification] = await registration.getNotifications();"
        " dispatchEvent(new NotificationEvent('notificationclick', { notification })); }"
    )


def is_read(shop: Shop, message: int) -> bool:
    with shop.work():
        return db.session.get_one(Message, (shop.id, message)).read_at is not None


def test_they_can_be_turned_off_again(opened: Opened, pushing: Shop, olena: int, phone: Browser) -> None:
    page = opened(phone)
    let_in(page)
    page.get_by_role("button", name="Turn notifications off").click()
    expect(page.get_by_role("button", name="Turn notifications on")).to_be_visible()
    with pushing.work():
        assert subscriptions_of([olena]) == {}


def test_who_signs_out_is_notified_no_more(opened: Opened, pushing: Shop, olena: int, phone: Browser) -> None:
    """Whoever has the phone next sees nothing."""
    page = opened(phone)
    let_in(page)
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="Your card at Kavalier")).to_be_visible()
    with pushing.work():
        assert subscriptions_of([olena]) == {}


def test_who_comes_next_gives_up_what_the_browser_received_before(
    opened: Opened, town: Town, site: str, pushing: Shop, phone: Browser
) -> None:
    """Also where nothing but the browser itself tells that somebody was signed in: its push service says then that it
    is gone.
    """
    page = opened(phone)
    let_in(page)
    with pushing.work():
        petro = add_customer("Petro", phone="+380671112244")
        speak(petro, "en")
    name, token = cookie(town.app, pushing.id, petro)
    page.context.clear_cookies()
    page.context.add_cookies([{"name": name, "value": token, "url": site}])
    page.goto(HOME)
    expect(page.get_by_role("button", name="Turn notifications on")).to_be_visible()
    assert page.evaluate("localStorage.getItem('subscribed')") is None


def test_a_browser_with_another_address_says_so(
    opened: Opened, pushing: Shop, olena: int, phone: Browser, service: PushService
) -> None:
    """By its worker, whenever its push service gives it one."""
    page = opened(phone)
    let_in(page)
    newer = service.browser("/newer").subscription
    told = {"endpoint": newer.endpoint, "keys": {"p256dh": newer.p256dh, "auth": newer.auth}}
    (worker,) = page.context.service_workers
    worker.evaluate(
        "(told) => { dispatchEvent(Object.assign(new ExtendableEvent('pushsubscriptionchange'),"
        " { newSubscription: { toJSON: () => told } })); }",
        told,
    )

    def known() -> bool:
        with pushing.work():
            return subscriptions_of([olena])[olena] == (newer,)

    until(known, page)


def test_a_browser_that_refuses_says_what_to_do(opened: Opened, pushing: Shop) -> None:
    """Chromium as it is here reaches no push service."""
    page = opened()
    page.goto(f"{HOME}/settings")
    page.get_by_role("button", name="Turn notifications on").click()
    expect(page.get_by_text("This browser gets no notifications")).to_be_visible()
    assert axe_faults(page) == []


def test_it_can_be_installed(opened: Opened, site: str) -> None:
    """WL-1: under the business's name, and Chromium finds nothing missing."""
    page = opened()
    page.goto(HOME)
    devtools = page.context.new_cdp_session(page)
    told = devtools.send("Page.getAppManifest")
    assert told["errors"] == []
    said = json.loads(told["data"])
    assert (said["name"], said["start_url"], said["display"]) == ("Kavalier", HOME, "standalone")
    wrong = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [each["errorId"] for each in wrong if each["errorId"] != "in-incognito"] == []


def test_without_a_connection_it_says_so(opened: Opened) -> None:
    page = opened()
    page.goto(HOME)
    page.evaluate("navigator.serviceWorker.ready")
    page.context.set_offline(True)
    page.goto(f"{HOME}/offers")
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    expect(page.get_by_text("Kavalier").first).to_be_visible()
    height = page.get_by_role("link", name="Try again").bounding_box()
    assert height is not None
    assert height["height"] >= 44  # drawn with its style sheet
    assert axe_faults(page) == []
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("link", name="Offers")).to_have_attribute("aria-current", "page")


def test_a_form_without_a_connection_leads_back_to_where_it_stood(opened: Opened) -> None:
    page = opened()
    page.goto(f"{HOME}/settings")
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    page.context.set_offline(True)
    page.get_by_role("button", name="Dark").click()
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("button", name="Dark")).to_be_visible()


@pytest.mark.parametrize("colour", ["#ffc72c", "#000000", "#ffffff", "#c8102e", "#00ff00"])
def test_axe_finds_nothing_whatever_the_colour(opened: Opened, town: Town, colour: str) -> None:
    """WL-1: in both themes."""
    with town.kavalier.work():
        own_business().colour = colour
    page = opened()
    for path in (HOME, f"{HOME}/settings", f"{HOME}/offline"):
        page.goto(path)
        page.evaluate("document.querySelectorAll('[hidden]').forEach((each) => { each.hidden = false; })")
        assert axe_faults(page) == [], path
