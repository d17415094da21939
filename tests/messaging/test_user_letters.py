"""Letters to people of the panel: handed over at most once whatever dies, by e-mail, SMS and push (BI-2)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.queries import own_account
from app.extensions import db
from app.gateway_config import PushSettings
from app.lib import dates
from app.lib.push_keys import make_keys
from app.messaging.gateways.base import Answer, Fate, Outgoing
from app.messaging.gateways.models import UserBrowser
from app.messaging.models import Channel, MessageStatus, UserLetter
from app.messaging.services import send_to_users, to_users
from app.messaging.services.browsers import MOST, add_browser, subscriptions_of_user
from app.messaging.services.to_users import LIVES, Written, write_to_user
from app.scope import Scope
from tests.browsing import form_to, send, submit, text_of
from tests.messaging.gateways.test_webpush import Browser, PushService, service
from tests.people import Town

__all__ = ["service"]

PAGE = "/profile/notifications"
RECEIVE = f"{PAGE}/browsers"
WORDS = Written("Kavalier: low", "Little is left. https://panel.example.com/billing", "en")


@dataclass
class Post:
    """A gateway that answers as it is told, and keeps what it was handed."""

    answer: Answer | BaseException = field(default_factory=lambda: Answer(Fate.ACCEPTED))
    got: list[Outgoing] = field(default_factory=list)
    name: str = "post"

    def send(self, batch: Sequence[Outgoing]) -> Sequence[Answer]:
        self.got += batch
        if isinstance(self.answer, BaseException):
            raise self.answer
        return [self.answer]


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    made = Post()
    monkeypatch.setattr(to_users, "gateway_to_users", lambda _channel: made)
    return made


def write(town: Town, *channels: Channel) -> None:
    with town.kavalier.work(town.vera):
        write_to_user(own_account(), channels or [Channel.EMAIL], WORDS)


def sent(town: Town) -> int:
    with town.app.app_context():
        return send_to_users(Scope(town.kavalier.id))


def kept(town: Town) -> tuple[MessageStatus, str, bool]:
    """Status, reason, and whether it is still to go."""
    with town.kavalier.work():
        letter = db.session.scalars(select(UserLetter)).one()
        return letter.status, letter.reason, letter.due_at is not None


def test_it_is_handed_over_once(town: Town, post: Post) -> None:
    """BI-2."""
    write(town)
    assert [sent(town), sent(town)] == [1, 0]
    (letter,) = post.got
    assert (letter.to, letter.title, letter.text, letter.sender) == ("vera@example.com", WORDS.title, WORDS.text, "")
    assert kept(town) == (MessageStatus.SENT, "", False)


def test_one_that_lay_too_long_is_given_up(town: Town, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """BI-2: as where no worker ran for a day, the balance is another by now."""
    write(town)
    later = dates.now() + LIVES + timedelta(minutes=1)
    monkeypatch.setattr(dates, "now", lambda: later)
    assert (sent(town), post.got) == (0, [])
    assert kept(town) == (MessageStatus.FAILED, "late", False)


def test_ways_that_reach_nobody_are_left_out(town: Town, post: Post) -> None:
    write(town, Channel.EMAIL, Channel.SMS)
    assert sent(town) == 1


def test_two_workers_at_once_hand_it_over_once(town: Town, post: Post) -> None:
    write(town)
    together = threading.Barrier(2)

    def work(_number: int) -> int:
        together.wait()
        return sent(town)

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(work, range(2))) == 1
    assert len(post.got) == 1


def test_a_worker_that_dies_over_it_leaves_it_unknown(town: Town, post: Post) -> None:
    """RELIABILITY: nobody can tell whether it went, so it is never sent again."""
    write(town)
    post.answer = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        sent(town)
    post.answer = Answer(Fate.ACCEPTED)
    assert sent(town) == 0
    assert kept(town) == (MessageStatus.UNKNOWN, "no_answer", False)


@pytest.mark.parametrize("answer", [Answer(Fate.UNKNOWN), RuntimeError("broke down")])
def test_so_does_a_gateway_that_gives_no_answer(town: Town, post: Post, answer: Answer | Exception) -> None:
    write(town)
    post.answer = answer
    assert [sent(town), sent(town)] == [1, 0]
    assert kept(town)[0] is MessageStatus.UNKNOWN


@pytest.mark.parametrize("fate", [Fate.THROTTLED, Fate.FAILED_BEFORE])
def test_what_did_not_leave_goes_again_until_it_is_of_no_use(
    town: Town, post: Post, fate: Fate, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(town)
    now = dates.now()
    post.answer = Answer(fate)
    assert [sent(town), sent(town)] == [1, 0]
    assert kept(town) == (MessageStatus.QUEUED, "", True)
    monkeypatch.setattr(dates, "now", lambda: now + LIVES - timedelta(minutes=1))
    assert sent(town) == 1
    assert kept(town) == (MessageStatus.FAILED, "late", False)
    monkeypatch.setattr(dates, "now", lambda: now + 2 * LIVES)
    assert sent(town) == 0


def test_a_refused_one_failed(town: Town, post: Post) -> None:
    write(town)
    post.answer = Answer(Fate.REFUSED, reason="No such mailbox.")
    assert sent(town) == 1
    assert kept(town) == (MessageStatus.FAILED, "No such mailbox.", False)


def test_it_is_read_by_its_person_alone(town: Town, post: Post) -> None:
    """PR-1."""
    write(town)
    sent(town)
    for who, seen in ((town.vera, True), (town.anna, False)):
        assert (WORDS.title in text_of(town.browser(who).get(PAGE))) is seen
    with town.teremok.work():
        assert db.session.scalars(select(UserLetter)).all() == []


class TestPushes:
    """In the browsers that a person let them into, where this house sends pushes at all."""

    @pytest.fixture
    def vera(self, town: Town, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
        config = town.app.config["REGULARS"]
        pushing = replace(config.gateways, webpush=PushSettings(make_keys()[0], "mailto:club@example.com"))
        monkeypatch.setitem(town.app.config, "REGULARS", replace(config, gateways=pushing))
        return town.browser(town.vera)

    def test_a_browser_says_where_it_receives_them(self, town: Town, vera: FlaskClient) -> None:
        """BI-2."""
        said = Browser("https://push.example.com/1").subscription
        done = send(vera, form_to(vera.get(PAGE), RECEIVE), vars(said), follow_redirects=True)
        assert "This browser receives pushes now." in done.text
        with town.kavalier.work():
            assert subscriptions_of_user(town.vera.id) == (said,)
        with town.kavalier.work(town.anna):
            assert subscriptions_of_user(town.vera.id) == ()

    def test_what_no_browser_says_is_refused(self, vera: FlaskClient) -> None:
        assert submit(vera, PAGE, {"endpoint": "http://localhost/1"}, action=RECEIVE).status_code == 400

    def test_without_a_browser_pushes_cannot_be_chosen(self, vera: FlaskClient) -> None:
        refused = submit(vera, PAGE, {"first": "5", "by_push": "y"})
        assert refused.status_code == 422
        assert "No browser of yours receives pushes yet." in text_of(refused)

    def test_one_is_removed_by_its_person_alone(self, town: Town, vera: FlaskClient) -> None:
        with town.kavalier.work(town.anna):
            add_browser(Browser("https://push.example.com/2").subscription, "Mozilla")
        with town.kavalier.work(town.vera):
            add_browser(Browser("https://push.example.com/3").subscription, "Mozilla")
        with town.kavalier.work():
            ids = dict(db.session.execute(select(UserBrowser.user_id, UserBrowser.id)).tuples().all())
        removal = f"{RECEIVE}/{ids[town.vera.id]}/removal"
        form = form_to(vera.get(PAGE), removal)
        form.action = f"{RECEIVE}/{ids[town.anna.id]}/removal"
        assert send(vera, form, {}).status_code == 404
        assert submit(vera, PAGE, {}, action=removal).status_code == 303
        with town.kavalier.work():
            assert db.session.scalars(select(UserBrowser.user_id)).all() == [town.anna.id]
        log = text_of(town.browser(town.anna).get("/audit-log"))
        assert "Browser for pushes added" in log
        assert "Browser for pushes removed" in log

    def test_the_oldest_gives_way(self, town: Town) -> None:
        with town.kavalier.work(town.vera):
            for number in range(MOST + 2):
                add_browser(Browser(f"https://push.example.com/{number}").subscription, "")
            assert len(subscriptions_of_user(town.vera.id)) == MOST

    def test_where_none_are_sent_none_are_offered(self, town: Town) -> None:
        page = town.browser(town.vera).get(PAGE)
        assert "Push in the browser" not in page.text
        with pytest.raises(AssertionError, match="No form"):
            form_to(page, RECEIVE)

    def test_a_push_reaches_the_browser_and_one_that_is_gone_is_forgotten(
        self, town: Town, service: PushService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        browser, gone = service.browser("/here"), service.browser("/gone")
        service.answers = {"/gone": 410}
        with town.kavalier.work(town.vera):
            for each in (browser, gone):
                add_browser(each.subscription, "Mozilla")
        monkeypatch.setattr(to_users, "gateway_to_users", lambda _channel: service.gateway())
        write(town, Channel.PUSH)
        assert sent(town) == 1
        read = browser.reads(next(body for path, _, body in service.got if path == "/here"))
        assert (read["title"], read["url"]) == (WORDS.title, "https://panel.example.com/billing")
        with town.kavalier.work():
            assert subscriptions_of_user(town.vera.id) == (browser.subscription,)


def test_the_worker_of_pushes_is_a_script_for_everyone(town: Town) -> None:
    answer = town.browser().get("/push-worker.js")
    assert answer.mimetype == "text/javascript"
    assert "showNotification" in answer.text
