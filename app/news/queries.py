"""News as lists, forms and customers read them; row-level security leaves an operator the brand's and its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, Table, exists, func, or_, select
from werkzeug.exceptions import NotFound

from app.businesses.models import PointOfSale
from app.businesses.queries import own_business, points_of_sale
from app.db import business_id, current_scope
from app.extensions import db
from app.lib import dates
from app.news.models import News, NewsPlace, Stage
from app.paging import Order, Page, PageKey, page_of

FOREVER = dates.FOREVER.date()
_TABLE = cast(Table, News.__table__)
_ORDER = Order(_TABLE.c.first_day, _TABLE.c.id)


@dataclass(frozen=True)
class ChosenNews:
    """Which news a list shows, as they stand on the day `today`."""

    today: date
    stage: Stage | None = None
    point_of_sale_id: int | None = None
    archived: bool = False

    def select(self) -> Select[Any]:
        chosen = _news().where(News.archived_at.is_not(None) if self.archived else News.archived_at.is_(None))
        if self.stage is not None:
            chosen = chosen.where(*_in_stage(self.stage, self.today))
        return chosen.where(_chosen(self.point_of_sale_id)) if self.point_of_sale_id is not None else chosen


def news_page(chosen: ChosenNews, key: PageKey | None) -> Page[Any]:
    """News by their dates, the latest first. Raises Problem 404 when the one that the page begins at is gone."""
    ids = db.session.scalars(_ORDER.newest(chosen.select(), key)).all()
    listed = _news().where(News.id.in_(ids)).order_by(*_ORDER.newest_first())
    return page_of(db.session.scalars(listed).all(), key)


def news_count(chosen: ChosenNews) -> int:
    return int(db.session.execute(chosen.select().with_only_columns(func.count())).scalar_one())


def news_named(number: int) -> News:
    """A news item by its id, archived or not. Raises NotFound."""
    return _named(number)


def news_to_change(number: int) -> News:
    """The same, held until the end of this unit of work. Raises NotFound."""
    if is_changeable(news_named(number)):
        return _named(number, with_for_update={"key_share": True}, populate_existing=True)
    return news_named(number)


def is_changeable(news: News) -> bool:
    """Whether it is this person's to change: an operator of a franchisee changes its own alone."""
    return current_scope().franchisee_id in (None, news.franchisee_id)


def places_of(numbers: Collection[int]) -> dict[int, list[int]]:
    """News → the points of sale chosen for it, of those that this person sees."""
    chosen = select(NewsPlace.news_id, NewsPlace.point_of_sale_id).where(
        NewsPlace.business_id == business_id(), NewsPlace.news_id.in_(numbers)
    )
    found: dict[int, list[int]] = defaultdict(list)
    for row in db.session.execute(chosen.order_by(NewsPlace.point_of_sale_id)):
        found[row.news_id].append(row.point_of_sale_id)
    return found


def choosable_places(owner: int | None) -> list[PointOfSale]:
    """Where news of the brand or of a franchisee can be published: places shown to customers (LP-9)."""
    return [each for each in points_of_sale() if is_open(each) and owner in (None, each.franchisee_id)]


def is_open(place: PointOfSale) -> bool:
    """Whether customers are shown a point of sale, and so what it publishes."""
    return place.published and place.archived_at is None


def shown_among(numbers: Collection[int]) -> set[int]:
    """Those that at least one place publishes which customers are shown, whatever the day."""
    return set(db.session.scalars(_news().where(News.id.in_(numbers), _at(None)).with_only_columns(News.id)))


def published_news(places: Collection[int] | None, at: datetime) -> list[News]:
    """What customers read at a moment, of all places or of some, the latest first (LP-9)."""
    shown = _news().where(News.archived_at.is_(None), _at(places), *_in_stage(Stage.PUBLISHED, day_of(at)))
    return list(db.session.scalars(shown.order_by(*_ORDER.newest_first())))


def is_published(news: News, at: datetime) -> bool:
    """Whether customers read it at a moment, at any place."""
    return news.archived_at is None and news.stage(day_of(at)) is Stage.PUBLISHED and bool(shown_among([news.id]))


def day_of(at: datetime) -> date:
    """The day of a moment by the business's clock."""
    return at.astimezone(ZoneInfo(own_business().time_zone)).date()


def today() -> date:
    return day_of(dates.now())


def _news() -> Select[Any]:
    return select(News).where(News.business_id == business_id())


def _in_stage(stage: Stage, today: date) -> list[ColumnElement[bool]]:
    published = News.published.is_(True)
    conditions: dict[Stage, list[ColumnElement[bool]]] = {
        Stage.DRAFT: [~published],
        Stage.PLANNED: [published, News.first_day > today],
        Stage.PUBLISHED: [published, News.first_day <= today, func.coalesce(News.last_day, FOREVER) >= today],
        Stage.OVER: [published, News.last_day < today],
    }
    return conditions[stage]


def _chosen(place: int) -> ColumnElement[bool]:
    """A point of sale is chosen for it, whether customers are shown that or not."""
    here = NewsPlace.business_id == News.business_id, NewsPlace.news_id == News.id
    return exists().where(*here, NewsPlace.point_of_sale_id == place)


def _at(places: Collection[int] | None) -> ColumnElement[bool]:
    """Published at one of these places, or at any, that customers are shown and that is still the owner's."""
    chosen = (
        exists()
        .where(NewsPlace.business_id == News.business_id, NewsPlace.news_id == News.id)
        .where(PointOfSale.business_id == NewsPlace.business_id, PointOfSale.id == NewsPlace.point_of_sale_id)
        .where(PointOfSale.published, PointOfSale.archived_at.is_(None))
        .where(or_(News.franchisee_id.is_(None), PointOfSale.franchisee_id == News.franchisee_id))
    )
    return chosen if places is None else chosen.where(NewsPlace.point_of_sale_id.in_(places))


def _named(number: int, **how: Any) -> News:
    found = db.session.get(News, (business_id(), number), **how)
    if found is None:
        raise NotFound
    return found
