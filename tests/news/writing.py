"""News of the tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.db import business_id
from app.extensions import db
from app.news.models import News, NewsPlace

DAY = date(2026, 3, 5)
"""When they were published, long ago."""


def add_news(
    title: str = "New menu",
    *places: int,
    text: str = "Syrniki until noon.",
    day: date = DAY,
    last: date | None = None,
    published: bool = True,
    franchisee: int | None = None,
    picture: int | None = None,
    titles: dict[str, str] | None = None,
) -> int:
    news = News(
        business_id=business_id(),
        franchisee_id=franchisee,
        titles=titles or {"en": title},
        texts={"en": text} if text else {},
        picture_id=picture,
        first_day=day,
        last_day=last,
        published=published,
    )
    db.session.add(news)
    db.session.flush()
    publish_at(news.id, places)
    return news.id


def publish_at(news: int, places: Sequence[int]) -> None:
    db.session.add_all(
        NewsPlace(business_id=business_id(), news_id=news, point_of_sale_id=each) for each in sorted(places)
    )
    db.session.flush()
