"""CustomerFilter: what a page, a count, a sum and later a segment or an action selects (CT-2, CT-3, CT-6).

It reads itself from an address, says in SQL whom it selects, describes itself, and writes itself into links. What a
person typed is stored as a row of the business, and the address names it by a key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from flask_babel import gettext as _
from sqlalchemy import BigInteger, ColumnElement, FromClause, Text, any_, cast, exists, func, select
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from werkzeug.exceptions import NotFound

from app.address import whole_number
from app.businesses.models import PointOfSale, StatsScope, Terminal
from app.customers.asking import fields, setting
from app.customers.conditions.compiling import Compiler
from app.customers.conditions.meaning import problems
from app.customers.conditions.nodes import Group, Path
from app.customers.models import CustomerSearch, CustomerStats, Segment
from app.customers.parameters import BUSINESS, FOUND, SCOPE, SEARCH
from app.customers.registry import Source
from app.customers.saved_filters import Kept, Search, keep, kept_as
from app.customers.search import query
from app.customers.segments import conditions_of
from app.db import business_id, current_scope
from app.errors import BadAddress
from app.extensions import db
from app.kept_statements import ask
from app.loyalty.models import Program

WIDE = 10_000
"""More customers found than this, and a search is wide: naming them takes longer than asking some of them."""

Row = TypeVar("Row", Program, PointOfSale, Terminal, Segment)


@dataclass(frozen=True)
class CustomerFilter:
    """A selection of customers in a scope of figures."""

    ARGUMENTS: ClassVar = ("program", "point_of_sale", "terminal", "segment", "f")
    """What of an address it reads."""

    program: Program | None = None
    point_of_sale: PointOfSale | None = None
    terminal: Terminal | None = None
    search: Search | None = None
    conditions: Group | None = None
    """None for none: an empty group is never kept. Those of the segment until they are changed."""
    segment: Segment | None = None
    """The segment that was opened."""
    key: str | None = None
    gathered: bool = False
    """Whether all of a wide search is gathered too, since the order asked for has it all in one place."""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> CustomerFilter:
        """Reads an address. Raises BadAddress for what cannot be read, NotFound for what is not there."""
        point_of_sale = _find(PointOfSale, args, "point_of_sale")
        terminal = _find(Terminal, args, "terminal")
        if terminal and point_of_sale and terminal.point_of_sale_id != point_of_sale.id:
            raise BadAddress(_("This Terminal does not belong to this point of sale."))
        key = args.get("f") or None
        kept = kept_as(key) if key else Kept()
        segment = _find(Segment, args, "segment")
        conditions = kept.conditions or (conditions_of(segment) if segment else None)
        return cls(_find(Program, args, "program"), point_of_sale, terminal, kept.search, conditions, segment, key)

    def searching(self, search: Search) -> CustomerFilter:
        """The same filter with another search, kept under its key; without any when the text is blank."""
        return replace(self, search=search if search.text else None)._keeping()

    def asking(self, conditions: Group | None) -> CustomerFilter:
        """The same filter with other conditions, kept under its key; none, and no segment, when the group is empty."""
        if not (conditions and conditions.members):
            return replace(self, conditions=None, segment=None)._keeping()
        return replace(self, conditions=conditions)._keeping()

    def args(self) -> dict[str, str]:
        """What of an address stands for this filter."""
        chosen = {"segment": str(self.segment.id) if self.segment else None, "f": self.key}
        return self.scope_args() | {name: value for name, value in chosen.items() if value}

    def scope_args(self) -> dict[str, str]:
        """What of it stands for the scope of figures."""
        chosen = {"program": self.program, "point_of_sale": self.point_of_sale, "terminal": self.terminal}
        return {name: str(row.id) for name, row in chosen.items() if row is not None}

    @cached_property
    def is_of_segment(self) -> bool:
        """Whether its conditions are those of the segment, as it stands now."""
        return self.segment is not None and self.conditions == conditions_of(self.segment)

    @cached_property
    def problems(self) -> dict[Path, str]:
        """Which conditions cannot be read, and why: then the filter selects nobody until they are mended."""
        return problems(self.conditions, fields(), setting(), self._depth) if self.conditions else {}

    @property
    def _depth(self) -> int:
        """In how many segments its conditions stand: there, places that this person does not see are no error."""
        return 1 if self.is_of_segment else 0

    @property
    def narrowed(self) -> bool:
        """Whether it leaves anyone out, so that an empty table means no match rather than no customers."""
        return bool(self.args())

    @property
    def shown_program(self) -> Program:
        """The chosen program, else the default one (CT-2)."""
        return self._program_and_scope[0]

    @property
    def program_id(self) -> int:
        return self.shown_program.id

    @property
    def shape(self) -> tuple[bool, ...]:
        """What its statements differ by, besides the values they take."""
        limited = current_scope().franchisee_id is not None
        return (self.of_buyers, self.search is None, self._asked is None, self._wide, self.gathered, limited)

    def parameters(self) -> dict[str, object]:
        """The values for app.customers.parameters."""
        return {
            "business": business_id(),
            "program": self.program_id,
            "wallet": self.shown_program.wallet_id,
            "scope": self._program_and_scope[1],
            "search": self._asked,
            "found": self._found[0],
        }

    @property
    def chosen_program_id(self) -> int | None:
        return _id(self.program)

    @property
    def chosen_point_of_sale_id(self) -> int | None:
        return _id(self.point_of_sale)

    @property
    def chosen_terminal_id(self) -> int | None:
        return _id(self.terminal)

    def figures(self) -> Source:
        """The sales figures of this sample, one row a customer."""
        rows = CustomerStats.__table__.alias()
        where = (rows.c.business_id == BUSINESS, rows.c.scope_id == SCOPE)
        sold = (rows.c.sales_count > 0,) if self.of_buyers else ()
        return Source("figures", rows, rows.c.customer_id, where + sold, of_sample=True)

    def found(self, customer_id: ColumnElement[int]) -> list[ColumnElement[bool]]:
        """The conditions beside the sample: that the search finds this customer."""
        if self.search is None:
            return []
        if self._asked is None:
            return [customer_id.is_(None)]
        # By their ids the planner knows how many they are: it looks up few, and meets many on its way.
        return [customer_id == any_(_ids_found(None) if self._wide else FOUND)]

    def found_on_the_way(self, customer_id: ColumnElement[int]) -> list[ColumnElement[bool]]:
        """The same for a walk that ends when a page is full: of a wide search each customer is asked by itself."""
        if not self._wide or self.gathered:
            return self.found(customer_id)
        documents = CustomerSearch.__table__.alias()
        matches = select(documents.c.document.bool_op("@@")(cast(SEARCH, TSQUERY)))
        mine = matches.where(documents.c.business_id == BUSINESS, documents.c.customer_id == customer_id)
        # As a value and not by EXISTS, which the planner would turn into a join of two whole tables.
        return [mine.correlate_except(documents).scalar_subquery()]

    def narrows(
        self, figures: Source, base: FromClause, *, one_by_one: bool = False
    ) -> tuple[FromClause, list[ColumnElement[bool]]]:
        """`base`, which has the sample's figures in it, with what conditions need, and under which it is selected."""
        where = [*figures.where, *self.found(figures.customer_id)]
        if self.conditions is None:
            return base, where
        compiler = self.compiler(figures, one_by_one)
        holds = compiler.holds(self.conditions)
        return compiler.joined(base), [*where, holds]

    def compiler(self, figures: Source, one_by_one: bool = False) -> Compiler:
        """What turns conditions into SQL over these figures."""
        return Compiler(fields(), self, setting(), figures, one_by_one, self._depth)

    def includes(self, customer_id: ColumnElement[int]) -> list[ColumnElement[bool]]:
        """The conditions under which a walk takes a customer up into a page of this selection."""
        figures = self.figures()
        in_sample = exists().where(*figures.where, figures.customer_id == customer_id).select_from(figures.rows)
        return [in_sample, *self.found_on_the_way(customer_id)]

    def _keeping(self) -> CustomerFilter:
        kept = Kept(self.search, None if self.is_of_segment else self.conditions)
        return replace(self, key=keep(kept) if kept.plain else None)

    @cached_property
    def _asked(self) -> str | None:
        return query(business_id(), self.search.criterion, self.search.text) if self.search else None

    @property
    def _wide(self) -> bool:
        return self._found[1] > WIDE

    @cached_property
    def _found(self) -> tuple[str, int]:
        """The ids that the search finds, as the text of an array, and how many: of a wide one only the first."""
        if self._asked is None:
            return "{}", 0
        found = ask("found", lambda: select(cast(_ids_found(WIDE + 1), Text)), {"search": self._asked}).scalar_one()
        number = found.count(",") + 1 if found != "{}" else 0
        return ("{}" if number > WIDE else found), number

    @property
    def of_buyers(self) -> bool:
        """Whether its sample is who bought there, as a place's is (CT-3).

        A program's is everyone enrolled, a location operator's whoever is its franchisee's customer, and both
        together those of its customers who are enrolled.
        """
        return self.point_of_sale is not None or self.terminal is not None

    @cached_property
    def _program_and_scope(self) -> tuple[Program, int]:
        """The program shown, and the scope whose rows make up the sample and its figures: asked for together."""
        franchisee = current_scope().franchisee_id
        limited = franchisee if not (self.terminal or self.point_of_sale) else None
        place = _id(self.point_of_sale) if self.terminal is None else None
        scope = select(StatsScope.id).where(
            StatsScope.business_id == business_id(),
            StatsScope.program_id.is_not_distinct_from(_id(self.program)),
            StatsScope.franchisee_id.is_not_distinct_from(limited),
            StatsScope.point_of_sale_id.is_not_distinct_from(place),
            StatsScope.terminal_id.is_not_distinct_from(_id(self.terminal)),
        )
        shown = Program.id == self.program.id if self.program else Program.is_default
        found = select(Program, scope.scalar_subquery()).where(Program.business_id == business_id(), shown)
        program, scope_id = db.session.execute(found).one()
        return program, scope_id


def _find(kind: type[Row], args: Mapping[str, str], name: str) -> Row | None:
    text = args.get(name, "")
    if not text:
        return None
    found = db.session.get(kind, (business_id(), whole_number(text, name)))
    if found is None:
        raise NotFound
    return found


def _ids_found(most: int | None) -> ColumnElement[Any]:
    return func.customer_search_ids(SEARCH, most, type_=ARRAY(BigInteger))


def _id(row: Program | PointOfSale | Terminal | None) -> int | None:
    return None if row is None else row.id


def rounded_ratio(amount: ColumnElement[int], count: ColumnElement[int]) -> ColumnElement[int]:
    """amount / count in whole numbers, half up; null when nothing is counted."""
    whole = cast(amount, BigInteger), cast(func.nullif(count, 0), BigInteger)
    return func.div(whole[0] * 2 + whole[1], whole[1] * 2).cast(BigInteger)
