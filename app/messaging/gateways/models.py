"""What is kept of gateways: which of them a business goes by, and where customers' browsers receive pushes."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    exists,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.customers.models import Customer
from app.db import business_id
from app.extensions import Base, db
from app.lib.columns import BusinessKey, Created, Id, SmallEnum
from app.messaging.models import Channel

LONGEST_ENDPOINT = 2000


class BusinessGateway(Base):
    """A business's own gateway for a channel, chosen by support; without a row the configuration's."""

    __tablename__ = "business_gateway"
    __table_args__ = (ForeignKeyConstraint(["business_id"], ["business.id"]),)

    business_id: Mapped[BusinessKey]
    channel: Mapped[Channel] = mapped_column(SmallEnum(Channel), primary_key=True)
    name: Mapped[str] = mapped_column(Text)


class PushSubscription(Base):
    """A browser that a customer lets pushes into; an address of one belongs to one customer (RFC 8291)."""

    __tablename__ = "push_subscription"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "customer_id"], ["customer.business_id", "customer.id"]),
        UniqueConstraint("business_id", "endpoint"),
        CheckConstraint(f"length(endpoint) <= {LONGEST_ENDPOINT}", name="endpoint"),
        Index(None, "business_id", "customer_id"),
        Index(None, "business_id", "session_hash"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    customer_id: Mapped[int] = mapped_column(BigInteger)
    session_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Of the session of the customer's page in which it was let in; who ends that ends this."""
    endpoint: Mapped[str] = mapped_column(Text)
    p256dh: Mapped[str] = mapped_column(Text)
    auth: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Created]


class UserBrowser(Base):
    """A browser in which a person of the panel receives pushes of the platform (BI-2)."""

    __tablename__ = "user_browser"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        UniqueConstraint("business_id", "user_id", "endpoint"),
        CheckConstraint(f"length(endpoint) <= {LONGEST_ENDPOINT}", name="endpoint"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    endpoint: Mapped[str] = mapped_column(Text)
    p256dh: Mapped[str] = mapped_column(Text)
    auth: Mapped[str] = mapped_column(Text)
    agent: Mapped[str] = mapped_column(Text)
    """As the browser calls itself, so that its person knows it again."""
    created_at: Mapped[Created]


def note_apps(customers: Collection[int]) -> None:
    """Writes down of these customers, which are held, whether they have the app: whether a browser takes pushes for
    them (CT-1, BA-2).
    """
    takes = exists().where(
        PushSubscription.business_id == Customer.business_id, PushSubscription.customer_id == Customer.id
    )
    theirs = Customer.business_id == business_id(), Customer.id.in_(customers)
    db.session.execute(update(Customer).where(*theirs, Customer.app_installed != takes).values(app_installed=takes))
