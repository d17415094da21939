"""CustomerFilter: what a page, a count, a sum and later a segment or an action selects (CT-2, CT-3, CT-6).

It reads itself from an address, says in SQL whom it selects, describes itself, and writes itself into links. What a
person typed is stored as a row of the business, and the address names it by a key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import BigInteger, ColumnElement, FromClause, Select, any_, cast, column, exists, func, select
from sqlalchemy.dialects.postgresql import TSQUERY, insert
from werkzeug.exceptions import NotFound

from app.address import whole_number
from app.businesses.models import PointOfSale, StatsScope, Terminal
from app.customers.models import CustomerStats, SavedFilter
from app.customers.parameters import BUSINESS, SCOPE, SCOPES, SEARCH
from app.customers.registry import Source
from app.customers.search import Criterion, query
from app.db import business_id, current_scope
from app.errors import BadAddress
from app.extensions import db
from app.loyalty.models import Program

WIDE = 12_000
"""Customers found from which on a search of the whole business is wide: where both ways cost the same at 1,000,000."""

Row = TypeVar("Row", Program, PointOfSale, Terminal)


@dataclass(frozen=True)
class Search:
    """What a person looks for, and where."""

    criterion: Criterion
    text: str


@dataclass(frozen=True)
class CustomerFilter:
    """A selection of customers in a scope of figures."""

    ARGUMENTS: ClassVar = ("program", "point_of_sale", "terminal", "f")
    """What of an address it reads."""

    program: Program | None = None
    point_of_sale: PointOfSale | None = None
    terminal: Terminal | None = None
    search: Search | None = None
    key: str | None = None
    gathered: bool = False
    """Whether what a search finds is gathered however much it is, since the order asked for has it all in one place."""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> CustomerFilter:
        """Reads an address. Raises BadAddress for what cannot be read, NotFound for what is not there."""
        point_of_sale = _find(PointOfSale, args, "point_of_sale")
        terminal = _find(Terminal, args, "terminal")
        if terminal and point_of_sale and terminal.point_of_sale_id != point_of_sale.id:
            raise BadAddress(_("This Terminal does not belong to this point of sale."))
        key = args.get("f") or None
        return cls(_find(Program, args, "program"), point_of_sale, terminal, _saved_search(key), key)

    def searching(self, search: Search) -> CustomerFilter:
        """The same filter with another search, stored under its key; without any when the text is blank."""
        if not search.text:
            return replace(self, search=None, key=None)
        return replace(self, search=search, key=_store(search))

    def args(self) -> dict[str, str]:
        """What of an address stands for this filter."""
        chosen = {"program": self.program, "point_of_sale": self.point_of_sale, "terminal": self.terminal}
        plain = {name: str(row.id) for name, row in chosen.items() if row is not None}
        return plain | ({"f": self.key} if self.key else {})

    @property
    def narrowed(self) -> bool:
        """Whether it leaves anyone out, so that an empty table means no match rather than no customers."""
        return bool(self.args())

    @cached_property
    def shown_program(self) -> Program:
        """The chosen program, else the default one (CT-2)."""
        default = select(Program).where(Program.business_id == business_id(), Program.is_default)
        return self.program or db.session.scalars(default).one()

    @property
    def program_id(self) -> int:
        return self.shown_program.id

    @property
    def shape(self) -> tuple[bool, ...]:
        """What its statements differ by, besides the values they take."""
        limited = current_scope().franchisee_id is not None
        kept = len(self._scope_ids) == 1
        return (kept, self._of_buyers, self.search is None, self._asked is None, self._wide, limited)

    def parameters(self) -> dict[str, object]:
        """The values for app.customers.parameters."""
        return {
            "business": business_id(),
            "program": self.program_id,
            "wallet": self.shown_program.wallet_id,
            "scope": self._scope_ids[0],
            "scopes": self._scope_ids,
            "search": self._asked,
        }

    def figures(self) -> Source:
        """The sales figures of this sample, one row a customer: kept for the scope, or summed from its leaves."""
        if len(self._scope_ids) == 1:
            rows: FromClause = CustomerStats.__table__.alias()
            where = (rows.c.business_id == BUSINESS, rows.c.scope_id == SCOPE)
            sold = (rows.c.sales_count > 0,) if self._of_buyers else ()
            return Source("figures", rows, rows.c.customer_id, where + sold, of_sample=True)
        rows = _summed().subquery()
        return Source("figures", rows, rows.c.customer_id, of=_summed_of, of_sample=True)

    def found(self, customer_id: ColumnElement[int]) -> list[ColumnElement[bool]]:
        """The conditions beside the sample: that the search finds this customer."""
        if self.search is None:
            return []
        if self._asked is None:
            return [customer_id.is_(None)]
        ids = func.customer_search_ids(SEARCH).table_valued(column("id"), name="found").render_derived()
        return [customer_id.in_(select(ids.c.id))]

    def found_on_the_way(self, customer_id: ColumnElement[int]) -> list[ColumnElement[bool]]:
        """The same for a walk that ends when a page is full: of a wide search each customer is asked by itself."""
        if not self._wide:
            return self.found(customer_id)
        return [func.customer_found(customer_id, cast(SEARCH, TSQUERY))]

    def includes(self, customer_id: ColumnElement[int]) -> list[ColumnElement[bool]]:
        """The conditions under which a walk takes a customer up into a page of this selection."""
        rows = CustomerStats.__table__.alias()
        scope = rows.c.scope_id == SCOPE if len(self._scope_ids) == 1 else rows.c.scope_id == any_(SCOPES)
        sold = (rows.c.sales_count > 0,) if self._of_buyers or len(self._scope_ids) > 1 else ()
        in_sample = exists().where(rows.c.business_id == BUSINESS, scope, rows.c.customer_id == customer_id, *sold)
        return [in_sample.select_from(rows), *self.found_on_the_way(customer_id)]

    @cached_property
    def _asked(self) -> str | None:
        return query(business_id(), self.search.criterion, self.search.text) if self.search else None

    @cached_property
    def _wide(self) -> bool:
        """Whether the search finds so many that walking to a full page costs less than gathering them.

        Only of the whole business: in a smaller sample those found lie too far apart.
        """
        narrowed = self.program or self.point_of_sale or self.terminal or current_scope().franchisee_id is not None
        if self._asked is None or self.gathered or narrowed:
            return False
        return bool(db.session.execute(select(func.customer_search_is_wide(self._asked, WIDE))).scalar_one())

    @property
    def _of_buyers(self) -> bool:
        # A place's sample is who bought there (CT-3); a program's is everyone enrolled.
        return self.point_of_sale is not None or self.terminal is not None

    @cached_property
    def _scope_ids(self) -> list[int]:
        """The scopes whose rows make up the figures: one that is kept as asked, else leaves to be summed."""
        franchisee = current_scope().franchisee_id
        wanted = select(StatsScope.id).where(StatsScope.business_id == business_id())
        if self.program and (self.point_of_sale or franchisee) and not self.terminal:
            leaves = wanted.where(StatsScope.program_id == self.program.id, StatsScope.terminal_id.is_not(None))
            if self.point_of_sale:
                leaves = leaves.where(StatsScope.terminal_id.in_(_terminals_of(self.point_of_sale)))
            return list(db.session.scalars(leaves)) or [0]
        limited = franchisee if not (self.terminal or self.point_of_sale) else None
        exact = wanted.where(
            StatsScope.program_id.is_not_distinct_from(_id(self.program)),
            StatsScope.franchisee_id.is_not_distinct_from(limited),
            StatsScope.point_of_sale_id.is_not_distinct_from(
                _id(self.point_of_sale) if self.terminal is None else None
            ),
            StatsScope.terminal_id.is_not_distinct_from(_id(self.terminal)),
        )
        return [db.session.scalars(exact).one()]


def _terminals_of(point_of_sale: PointOfSale) -> Select[int]:
    there = select(Terminal.id).where(Terminal.business_id == business_id())
    return there.where(Terminal.point_of_sale_id == point_of_sale.id)


def _summed() -> Select[Any]:
    """Figures added up from leaves; sums of bigint are numeric to PostgreSQL, and whole numbers to us."""
    leaves = CustomerStats.__table__.alias()
    count = cast(func.sum(leaves.c.sales_count), BigInteger)
    amount = cast(func.sum(leaves.c.amount), BigInteger)
    return (
        select(
            leaves.c.customer_id,
            count.label("sales_count"),
            amount.label("amount"),
            rounded_ratio(amount, count).label("average"),
            func.min(leaves.c.first_at).label("first_at"),
            func.max(leaves.c.last_at).label("last_at"),
        )
        .where(leaves.c.business_id == BUSINESS, leaves.c.scope_id == any_(SCOPES), leaves.c.sales_count > 0)
        .group_by(leaves.c.customer_id)
    )


def _summed_of(customer_id: ColumnElement[int]) -> FromClause:
    inner = _summed()
    leaves = inner.get_final_froms()[0]
    return inner.where(leaves.c.customer_id == customer_id).lateral()


def _find(kind: type[Row], args: Mapping[str, str], name: str) -> Row | None:
    text = args.get(name, "")
    if not text:
        return None
    found = db.session.get(kind, (business_id(), whole_number(text, name)))
    if found is None:
        raise NotFound
    return found


def _id(row: Program | PointOfSale | Terminal | None) -> int | None:
    return None if row is None else row.id


def rounded_ratio(amount: ColumnElement[int], count: ColumnElement[int]) -> ColumnElement[int]:
    """amount / count in whole numbers, half up; null when nothing is counted."""
    whole = cast(amount, BigInteger), cast(func.nullif(count, 0), BigInteger)
    return func.div(whole[0] * 2 + whole[1], whole[1] * 2).cast(BigInteger)


def _saved_search(key: str | None) -> Search | None:
    if key is None:
        return None
    saved = db.session.get(SavedFilter, (business_id(), key.replace("\0", "")))
    if saved is None:
        raise BadAddress(_("The filter that this address names is not known here."))
    search = saved.conditions["search"]
    if not isinstance(search, dict):
        raise BadAddress(_("The filter that this address names cannot be read."))
    return Search(Criterion(search["criterion"]), str(search["text"]))


def _store(search: Search) -> str:
    """Keeps a search as an immutable row; the same search always has the same key, which nobody can guess."""
    conditions = {"search": {"criterion": str(search.criterion), "text": search.text}}
    content = json.dumps([business_id(), conditions], sort_keys=True, ensure_ascii=False).encode()
    secret = current_app.config["REGULARS"].secret_key.encode()
    key = base64.b32encode(hmac.digest(secret, content, hashlib.sha256)[:15]).decode().lower()
    row = insert(SavedFilter).values(business_id=business_id(), key=key, conditions=conditions)
    db.session.execute(row.on_conflict_do_nothing())
    return key
