"""News as a notification (BA-4): by push alone, and only of what customers can read at a published point of sale."""

from __future__ import annotations

from collections.abc import Mapping

from app.lib import dates
from app.lib.texts import preview
from app.messaging.models import Channel, MessageKind
from app.messaging.services import Letter
from app.news.models import News
from app.news.queries import is_published, news_named

LONGEST = 200
"""Characters of the text that a push shows; the whole of it stands on the customer's page."""


class NotPublishedError(Exception):
    """Customers do not read this news item now: a draft, of another day, archived, or at no place shown to them."""


def news_letters(news_id: int, recipients: Mapping[int, str]) -> dict[int, Letter]:
    """Customer → its letter, for customers with their languages. Raises NotFound, NotPublishedError.

    Whether a customer has the app is for the caller to ask: without it there is no push.
    """
    news = news_named(news_id)
    if not is_published(news, dates.now()):
        raise NotPublishedError
    return {customer: letter_of(news, customer, language) for customer, language in recipients.items()}


def letter_of(news: News, customer_id: int, language: str) -> Letter:
    """The push about a news item; its key makes each customer get it once."""
    said = news.wording(language)
    text = preview(said.text, LONGEST) or said.title
    return Letter(MessageKind.NEWS, Channel.PUSH, text, said.language, key_of(news, customer_id), title=said.title)


def key_of(news: News, customer_id: int | str) -> str:
    """What makes a customer be told of it once."""
    return f"news:{news.id}:{customer_id}"
