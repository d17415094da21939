"""News that customers read: where they are published, and from which day to which (LP-9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Created, Id
from app.locale import LANGUAGES


class Stage(StrEnum):
    """Where a news item in use stands on a day."""

    DRAFT = "draft"
    PLANNED = "planned"
    """To be published on a later day."""
    PUBLISHED = "published"
    OVER = "over"


@dataclass(frozen=True)
class Wording:
    """A news item as someone reads it."""

    language: str
    title: str
    text: str

    @classmethod
    def of(cls, titles: Mapping[str, str], texts: Mapping[str, str], language: str) -> Wording:
        """In this language, or in the first one that there is a title in."""
        spoken = next((each for each in (language, *LANGUAGES) if each in titles), language)
        return cls(spoken, titles.get(spoken, ""), texts.get(spoken, ""))


class News(Base):
    """A news item of the brand, or of a franchisee for its own points of sale."""

    __tablename__ = "news"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        ForeignKeyConstraint(["business_id", "franchisee_id"], ["franchisee.business_id", "franchisee.id"]),
        ForeignKeyConstraint(["business_id", "picture_id"], ["picture.business_id", "picture.id"]),
        CheckConstraint("last_day >= first_day", name="days"),
        CheckConstraint("titles <> '{}'", name="titles"),
        Index(None, "business_id", "first_day", "id"),
        Index(None, "business_id", "picture_id"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    franchisee_id: Mapped[int | None] = mapped_column(BigInteger)
    """Whose operators may change it; None is the brand's."""
    titles: Mapped[dict[str, str]] = mapped_column(JSONB)
    """Language code → title; each language that has a text has a title."""
    texts: Mapped[dict[str, str]] = mapped_column(JSONB)
    picture_id: Mapped[int | None] = mapped_column(BigInteger)
    published: Mapped[bool] = mapped_column(Boolean, server_default="false")
    """False is a draft."""
    first_day: Mapped[date] = mapped_column(Date)
    """Its date: the day of publication, by the business's clock."""
    last_day: Mapped[date | None] = mapped_column(Date)
    """The last day that customers see it; None is for good."""
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    """Who wrote it."""
    archived_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[Created]

    def stage(self, today: date) -> Stage:
        if not self.published:
            return Stage.DRAFT
        if self.first_day > today:
            return Stage.PLANNED
        return Stage.OVER if self.last_day is not None and self.last_day < today else Stage.PUBLISHED

    def wording(self, language: str) -> Wording:
        return Wording.of(self.titles, self.texts, language)


class NewsPlace(Base):
    """A point of sale that publishes a news item, as long as it is shown to customers itself."""

    __tablename__ = "news_place"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "news_id"], ["news.business_id", "news.id"]),
        ForeignKeyConstraint(["business_id", "point_of_sale_id"], ["point_of_sale.business_id", "point_of_sale.id"]),
        Index(None, "business_id", "point_of_sale_id", "news_id"),
    )

    business_id: Mapped[BusinessKey]
    news_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    point_of_sale_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
