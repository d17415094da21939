"""Pages of a list, newest first, by key: each begins behind a row, so page 1,000 costs what the first one does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, FromClause, Select, literal, select, true, tuple_

from app.address import whole_number
from app.errors import BadAddress, Problem
from app.extensions import db

PAGE_SIZE = 50
ARGS = ("after", "before")


class Numbered(Protocol):
    """A line with the id of its row."""

    @property
    def id(self) -> int: ...


Line = TypeVar("Line", bound=Numbered)


@dataclass(frozen=True)
class PageKey:
    """The row behind which a page begins, or before which it ends."""

    id: int
    backward: bool = False

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> PageKey | None:
        """Reads `after` and `before` of an address. Raises BadAddress."""
        after, before = args.get("after"), args.get("before")
        if after and before:
            raise BadAddress(_("A page begins after a line or before one, not both."))
        if after:
            return cls(whole_number(after, "after"))
        return cls(whole_number(before, "before"), backward=True) if before else None

    def args(self) -> dict[str, str]:
        return {"before" if self.backward else "after": str(self.id)}


@dataclass(frozen=True)
class Page(Generic[Line]):
    """Lines of a page, and what of an address stands for its neighbours; None where there is none."""

    lines: list[Line]
    previous: dict[str, str] | None = None
    next: dict[str, str] | None = None


@dataclass(frozen=True)
class Order:
    """Newest first: by a moment, and among equal ones by id. An index has both behind what the rows are chosen by."""

    moment: ColumnElement[datetime]
    id: ColumnElement[int]

    def newest(
        self,
        chosen: Select[Any],
        key: PageKey | None,
        stretches: FromClause | None = None,
        beside: Select[Any] | None = None,
    ) -> Select[Any]:
        """The ids of a page's rows and of one more, out of those chosen. Raises Problem 404 when the key's is gone.

        Where no index has all that is chosen in this order, `stretches` name the parts of one that have: `chosen` is
        then of one of them, and the page is the newest of all, with what is chosen `beside` the stretches.
        """
        every = [chosen, *([] if beside is None else [beside])]
        (begun, *others), backward = self._begun(every, key), key is not None and key.backward
        if stretches is None:
            return self._walk(begun, backward).with_only_columns(self.id)
        walks = self._walk(begun, backward).lateral("walk")
        of_all = select(walks.c.at, walks.c.id).select_from(stretches.join(walks, true()))
        further = [self._walk(each, backward).subquery().select() for each in others]
        merged = (of_all.union_all(*further) if further else of_all).subquery()
        return select(merged.c.id).order_by(*_order(merged.c.at, merged.c.id, backward)).limit(PAGE_SIZE + 1)

    def newest_first(self) -> tuple[ColumnElement[Any], ...]:
        return _order(self.moment, self.id, backward=False)

    def _begun(self, chosen: Sequence[Select[Any]], key: PageKey | None) -> list[Select[Any]]:
        """Those chosen that lie behind the key's row, or before it, whichever of them has that."""
        if key is None:
            return [*chosen]
        asked = (each.with_only_columns(self.moment).where(self.id == key.id) for each in chosen)
        found = next((at for at in (db.session.execute(each).scalar() for each in asked) if at is not None), None)
        if found is None:
            raise Problem(
                404,
                _("The page that this address begins with is gone."),
                _("Start from the first page: the line it began at is not in this list."),
            )
        here, place = tuple_(self.moment, self.id), tuple_(literal(found), literal(key.id))
        return [each.where(here > place if key.backward else here < place) for each in chosen]

    def _walk(self, chosen: Select[Any], backward: bool) -> Select[Any]:
        columns: list[Any] = [self.moment.label("at"), self.id.label("id")]
        order = _order(self.moment, self.id, backward)
        return chosen.with_only_columns(*columns).order_by(*order).limit(PAGE_SIZE + 1)


def _order(moment: ColumnElement[Any], number: ColumnElement[Any], backward: bool) -> tuple[ColumnElement[Any], ...]:
    return (moment.asc(), number.asc()) if backward else (moment.desc(), number.desc())


def page_of(lines: Sequence[Line], key: PageKey | None) -> Page[Line]:
    """The page of the lines whose ids Order.newest() asked for, newest first."""
    backward = key is not None and key.backward
    more = len(lines) > PAGE_SIZE
    shown = list(lines[-PAGE_SIZE:] if backward else lines[:PAGE_SIZE])
    earlier = more if backward else key is not None
    later = backward or more
    return Page(
        shown,
        previous=PageKey(shown[0].id, backward=True).args() if shown and earlier else None,
        next=PageKey(shown[-1].id).args() if shown and later else None,
    )
