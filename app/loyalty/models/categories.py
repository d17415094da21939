"""Categories of a program's customers, and the rules that give them (AC-3)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ColumnElement,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Created, Id, Moment


class Category(Base):
    """A group of customers in a program, such as New Customers (AC-3)."""

    __tablename__ = "category"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "program_id"], ["program.business_id", "program.id"]),
        UniqueConstraint("business_id", "program_id", "name"),
        CheckConstraint("from_amount > 0", name="from_amount"),
        CheckConstraint("from_sales > 0", name="from_sales"),
        CheckConstraint("months BETWEEN 1 AND 120", name="months"),
        CheckConstraint("months IS NULL OR num_nonnulls(from_amount, from_sales) > 0", name="rule"),
        CheckConstraint("NOT is_default OR num_nonnulls(from_amount, from_sales) = 0", name="default"),
        Index(
            "category_default_key",
            "business_id",
            "program_id",
            unique=True,
            postgresql_where=text("is_default"),
        ),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    program_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    is_default: Mapped[bool] = mapped_column(Boolean, server_default="false")
    position: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """The order in which they are listed and the table sorts them; of those whose rules hold the last is given."""
    from_amount: Mapped[int | None] = mapped_column(BigInteger)
    """The turnover from which its rule gives it, in the smallest unit; with neither this nor sales it has no rule."""
    from_sales: Mapped[int | None] = mapped_column(Integer)
    months: Mapped[int | None] = mapped_column(SmallInteger)
    """In how many of the last months sales count; None is of all time."""
    created_at: Mapped[Created]

    RULE: ClassVar = ("from_amount", "from_sales", "months")

    @hybrid_property
    def has_rule(self) -> bool:
        return self.from_amount is not None or self.from_sales is not None

    @has_rule.inplace.expression
    @classmethod
    def _has_rule(cls) -> ColumnElement[bool]:
        return func.num_nonnulls(cls.from_amount, cls.from_sales) > 0


class CategoryRun(Base):
    """The last time that a program's assignment rules went over all its customers, or goes (AC-3)."""

    __tablename__ = "category_run"
    __table_args__ = (ForeignKeyConstraint(["business_id", "program_id"], ["program.business_id", "program.id"]),)

    business_id: Mapped[BusinessKey]
    program_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    looked_to: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """The last customer that was looked at: after a kill it goes on behind it."""
    looked: Mapped[int] = mapped_column(Integer, server_default="0")
    moved: Mapped[int] = mapped_column(Integer, server_default="0")
    started_at: Mapped[Moment]
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
