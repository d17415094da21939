"""The browsers in which people of the panel receive pushes of the platform: their own alone (BI-2)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert, select

from app import audit
from app.db import business_id, current_scope
from app.extensions import db
from app.messaging.gateways.base import Subscription
from app.messaging.gateways.models import UserBrowser
from app.messaging.services.subscriptions import check

MOST = 10
"""Of a person; past that the oldest gives way."""
LONGEST_AGENT = 300


def add_browser(browser: Subscription, agent: str) -> None:
    """Keeps where this scope's person receives pushes. Raises ValueError for what cannot be such a place."""
    check(browser)
    person = current_scope().user_id or 0
    keys = {"endpoint": browser.endpoint, "p256dh": browser.p256dh, "auth": browser.auth}
    mine = UserBrowser.business_id == business_id(), UserBrowser.user_id == person
    # A browser that subscribed anew has other keys.
    db.session.execute(delete(UserBrowser).where(*mine, UserBrowser.endpoint == browser.endpoint))
    row = insert(UserBrowser).values(business_id=business_id(), user_id=person, agent=agent[:LONGEST_AGENT], **keys)
    db.session.execute(row)
    newest = select(UserBrowser.id).where(*mine).order_by(UserBrowser.id.desc()).limit(MOST)
    db.session.execute(delete(UserBrowser).where(*mine, UserBrowser.id.not_in(newest)))
    audit.record(
        "billing.add_browser", audit.Subject("billing", business_id()), {"agent": (None, agent[:LONGEST_AGENT])}
    )


def remove_browser(browser_id: int) -> bool:
    """Whether it was one of this scope's person."""
    mine = UserBrowser.business_id == business_id(), UserBrowser.user_id == current_scope().user_id
    gone = delete(UserBrowser).where(*mine, UserBrowser.id == browser_id).returning(UserBrowser.agent)
    agent = db.session.scalar(gone)
    if agent is None:
        return False
    audit.record("billing.remove_browser", audit.Subject("billing", business_id()), {"agent": (agent, None)})
    return True


def browsers_of(user_id: int) -> Sequence[UserBrowser]:
    mine = UserBrowser.business_id == business_id(), UserBrowser.user_id == user_id
    return db.session.scalars(select(UserBrowser).where(*mine).order_by(UserBrowser.id)).all()


def subscriptions_of_user(user_id: int) -> tuple[Subscription, ...]:
    return tuple(Subscription(each.endpoint, each.p256dh, each.auth) for each in browsers_of(user_id))
