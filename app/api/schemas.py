"""What bodies, addresses and answers of the API are made of: one declaration checks them and describes them (AP-1).

A body takes the fields that it names and no other, each of its own type: "5" is no number. All texts have a largest
length and no characters that nobody sees.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from app.address import LARGEST, Number
from app.lib.texts import has_control_characters, one_line

LONGEST_LINE = 300
MOST_AMOUNT = 10**12


def plain(text: str) -> str:
    """For an AfterValidator of any text of one line."""
    if has_control_characters(text):
        raise PydanticCustomError("characters", "A text of one line has no control characters.")
    return one_line(text)


Line = Annotated[str, StringConstraints(max_length=LONGEST_LINE), AfterValidator(plain)]
"""A text of one line; blanks at its ends go, doubled ones become one."""
Id = Annotated[int, Field(ge=1, le=LARGEST)]
Money = Annotated[int, Field(ge=0, le=MOST_AMOUNT, description="In the smallest unit of the currency.")]
Points = Annotated[int, Field(ge=0, le=MOST_AMOUNT, description="In hundredths of a point.")]
Moment = Annotated[datetime, Field(description="ISO 8601, with its offset from UTC.")]


class Body(BaseModel):
    """What a call says in its body."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True)


class Query(BaseModel):
    """What a call says in its address."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class PageQuery(Query):
    """Which page of a list."""

    cursor: (
        Annotated[
            str,
            StringConstraints(pattern=f"^{Number.regex}$"),
            Field(description="`next` of the page before; none is the first."),
        ]
        | None
    ) = None


class Shown(BaseModel):
    """What a call is answered with."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    @property
    def tells_of(self) -> int | None:
        """The customer whose personal data are in it, by whose erasure a kept answer is emptied (CP-8)."""
        return None

    @property
    def address(self) -> str | None:
        """Where it is read again, for the header Location of what was created."""
        return None


Item = TypeVar("Item", bound=Shown)


class PageShown(Shown, Generic[Item]):
    """A page of a list, newest first."""

    items: list[Item]
    next: Annotated[str | None, Field(description="`cursor` of the page after it; null on the last one.")]


class FaultShown(Shown):
    """What is wrong with a part of the call."""

    pointer: Annotated[str, Field(description="JSON pointer into the body, or the name of an argument.")]
    detail: str


class ProblemShown(BaseModel):
    """Why a call was refused (RFC 9457). Nothing was done."""

    model_config = ConfigDict(extra="allow")

    type: Annotated[str, Field(description="`urn:regulars:problem:…` names the sort; `about:blank` says no more.")]
    title: str
    status: int
    detail: str
    errors: Annotated[list[FaultShown], Field(description="Of a body or address that cannot be taken.")] = []
