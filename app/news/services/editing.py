"""Writing, publishing and archiving news (LP-9); every change is in the audit log (PR-4)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import delete

from app import audit
from app.db import business_id, current_scope
from app.extensions import db
from app.lib import dates
from app.news.models import News, NewsPlace
from app.news.queries import places_of


@dataclass(frozen=True)
class NewsValues:
    """What a news item says, and where and when it is published."""

    titles: dict[str, str]
    texts: dict[str, str]
    picture_id: int | None
    first_day: date
    last_day: date | None
    points_of_sale: list[int]
    published: bool

    @classmethod
    def of(cls, news: News) -> NewsValues:
        own = {name: getattr(news, name) for name in cls.__dataclass_fields__ if name != "points_of_sale"}
        return cls(points_of_sale=places_of([news.id])[news.id], **own)


def add_news(values: NewsValues) -> News:
    """Adds a news item, the brand's or for an operator its franchisee's."""
    scope = current_scope()
    news = News(business_id=business_id(), franchisee_id=scope.franchisee_id, user_id=scope.user_id, **_own(values))
    db.session.add(news)
    db.session.flush()
    _publish_at(news, values.points_of_sale)
    audit.record("news.add", _subject(news), {name: (None, value) for name, value in asdict(values).items()})
    return news


def change_news(news: News, values: NewsValues) -> None:
    """Needs the news item held."""
    changes = audit.changes_of(NewsValues.of(news), asdict(values))
    if not changes:
        return
    for name, value in _own(values).items():
        setattr(news, name, value)
    _publish_at(news, values.points_of_sale)
    audit.record("news.change", _subject(news), changes)


def archive_news(news: News) -> None:
    """Takes it from customers and out of the list. Needs the news item held."""
    _move(news, "archive", dates.now())


def restore_news(news: News) -> None:
    """Takes it out of the archive: customers read it again if it is published. Needs the news item held."""
    _move(news, "restore", None)


def _own(values: NewsValues) -> dict[str, object]:
    return {name: value for name, value in asdict(values).items() if name != "points_of_sale"}


def _publish_at(news: News, places: list[int]) -> None:
    """At these of the places that this person sees; row-level security keeps the others."""
    mine = NewsPlace.business_id == business_id(), NewsPlace.news_id == news.id
    db.session.execute(delete(NewsPlace).where(*mine, NewsPlace.point_of_sale_id.not_in(places)))
    for each in set(places) - set(places_of([news.id])[news.id]):
        db.session.add(NewsPlace(business_id=news.business_id, news_id=news.id, point_of_sale_id=each))
    db.session.flush()


def _move(news: News, verb: str, archived_at: datetime | None) -> None:
    """Into the archive or out of it; one that is there already stays as it is."""
    if (news.archived_at is None) is (archived_at is None):
        return
    changes = audit.changes_of(news, {"archived_at": archived_at})
    news.archived_at = archived_at
    audit.record(f"news.{verb}", _subject(news), changes)


def _subject(news: News) -> audit.Subject:
    return audit.Subject("news", news.id)
