"""Column types and shorthands that the models share; nothing here knows an area."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from typing import Annotated, Any

from sqlalchemy import BigInteger, DateTime, Dialect, Identity, SmallInteger, Text, func
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator

BusinessKey = Annotated[int, mapped_column(BigInteger, primary_key=True)]
Id = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
Number = Annotated[int, mapped_column(BigInteger)]
Minor = Annotated[int, mapped_column(BigInteger, server_default="0")]
"""Money in the smallest unit of its currency, or points in hundredths; never a float."""
Words = Annotated[str, mapped_column(Text, server_default="")]
"""Text that is never null: '' is no value, and sorts smallest (CT-4)."""
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Created = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]


class SmallEnum(TypeDecorator[Any]):
    """An IntEnum kept as smallint: two bytes a row, comparisons are leakproof and so use indexes under policies."""

    impl = SmallInteger
    cache_ok = True

    def __init__(self, members: type[IntEnum]) -> None:
        super().__init__()
        self.members = members

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        return None if value is None else int(self.members(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> IntEnum | None:
        return None if value is None else self.members(value)
