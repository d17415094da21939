"""Which deliveries are asked for: read from an address, said in SQL, written back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from sqlalchemy import ColumnElement

from app.address import member, whole_number
from app.db import business_id
from app.period import ARGS as PERIOD_ARGS
from app.period import Period
from app.webhooks.models import Delivery, Event, State


@dataclass(frozen=True)
class LogFilter:
    """What is chosen; None is all."""

    ARGUMENTS: ClassVar = ("address", "event", "state", *PERIOD_ARGS)
    """What of an address it reads."""

    period: Period = field(default_factory=Period)
    endpoint: int | None = None
    event: Event | None = None
    state: State | None = None

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> LogFilter:
        """Raises BadAddress for what cannot be read."""
        endpoint = args.get("address", "")
        return cls(
            Period.from_args(args),
            whole_number(endpoint, "address") if endpoint else None,
            member(Event, args, "event"),
            member(State, args, "state"),
        )

    def args(self) -> dict[str, str]:
        """What of an address stands for this filter."""
        chosen = {"address": str(self.endpoint)} if self.endpoint else {}
        named = {"event": self.event, "state": self.state}
        chosen |= {name: each.name.lower() for name, each in named.items() if each is not None}
        return chosen | self.period.args()

    def conditions(self) -> list[ColumnElement[bool]]:
        values = {Delivery.endpoint_id: self.endpoint, Delivery.event: self.event, Delivery.state: self.state}
        chosen = [column == value for column, value in values.items() if value is not None]
        return [Delivery.business_id == business_id(), *self.period.holds(Delivery.at), *chosen]
