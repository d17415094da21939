"""What is sent of each event, for who receives it: the types that the API's document shows (AP-1).

The triggers write the items and `body_of` what is around them; a test holds these types against what really comes out.
In English, as the API is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

from app.webhooks.models import Event


class Told(BaseModel):
    """A thing that an event tells of."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True)


class TestTold(Told):
    """The address that the test was for."""

    endpoint_id: int


class CustomerTold(Told):
    """A customer, by its number alone."""

    customer_id: int


class NewCustomerTold(CustomerTold):
    """A customer, and where it registered."""

    point_of_sale_id: int | None


class MergedTold(CustomerTold):
    """A customer, and whose record stands for it now."""

    merged_into: int | None
    """Null where it was taken out again."""


class CancelledTold(CustomerTold):
    """A sale, and whose it was."""

    sale_id: int


class SaleTold(CancelledTold):
    """A sale. Money is in the smallest unit of the currency, points are in hundredths."""

    program_id: int
    point_of_sale_id: int
    terminal_id: int
    source: Literal["store", "api"]
    amount: int
    """After discounts."""
    discount: int
    points_paid: int
    points_earned: int


class MovementTold(CustomerTold):
    """A movement on an account of a customer."""

    entry_id: int
    wallet_id: int
    """The account."""
    kind: Literal["earned", "spent", "added", "removed", "expired", "reversed", "transferred"]
    amount: int
    """Below zero for what went off the account."""
    balance: int
    """After it."""
    transaction_id: int | None
    """The sale or credit that it belongs to."""


Thing = TypeVar("Thing", bound=Told)


class Items(Told, Generic[Thing]):
    """All that one step changed: often one thing, at most 500."""

    items: list[Thing]


class Body(Told):
    """What is sent."""

    timestamp: AwareDatetime
    """When it happened."""


class TestEvent(Body):
    """A test that you asked for."""

    type: Literal["test"]
    data: Items[TestTold]


class CustomerCreatedEvent(Body):
    """A customer was registered."""

    type: Literal["customer.created"]
    data: Items[NewCustomerTold]


class CustomerUpdatedEvent(Body):
    """Details of a customer changed."""

    type: Literal["customer.updated"]
    data: Items[CustomerTold]


class CustomerErasedEvent(Body):
    """A customer was deleted."""

    type: Literal["customer.erased"]
    data: Items[CustomerTold]


class CustomerMergedEvent(Body):
    """A record was merged into another, or taken out of it again."""

    type: Literal["customer.merged"]
    data: Items[MergedTold]


class SaleCreatedEvent(Body):
    """A sale was made, at a Terminal or through the API."""

    type: Literal["sale.created"]
    data: Items[SaleTold]


class SaleCancelledEvent(Body):
    """A sale was cancelled."""

    type: Literal["sale.cancelled"]
    data: Items[CancelledTold]


class BalanceChangedEvent(Body):
    """Points or money of a customer moved, for whatever reason."""

    type: Literal["balance.changed"]
    data: Items[MovementTold]


BODIES: Mapping[Event, type[Body]] = {
    Event.TEST: TestEvent,
    Event.CUSTOMER_CREATED: CustomerCreatedEvent,
    Event.CUSTOMER_UPDATED: CustomerUpdatedEvent,
    Event.CUSTOMER_ERASED: CustomerErasedEvent,
    Event.CUSTOMER_MERGED: CustomerMergedEvent,
    Event.SALE_CREATED: SaleCreatedEvent,
    Event.SALE_CANCELLED: SaleCancelledEvent,
    Event.BALANCE_CHANGED: BalanceChangedEvent,
}
