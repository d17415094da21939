"""Where areas hang what they know of a customer onto the table and the profile, at start-up: columns, facts, tabs.

The table asks each column how customers stand in its order (walks), where its values lie (a source) and how a
value is read from a row. It never learns what a column means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask import url_for
from sqlalchemy import ColumnElement, FromClause, Row

from app.customers.parameters import groups_of
from app.permissions import Permission


@dataclass(frozen=True)
class Source:
    """Rows that belong to a customer, at most one each, joined by their customer's id."""

    name: str
    rows: FromClause
    customer_id: ColumnElement[int]
    where: tuple[ColumnElement[bool], ...] = ()
    of_sample: bool = False
    """Whether these are the sample's own figures: a row for every customer in it, and for no other."""


class Sample(Protocol):
    """What a column may know of the selection it is shown for; its values come by app.customers.parameters."""

    @property
    def program_id(self) -> int:
        """The program whose category, access and points are shown: the chosen one, else the default (CT-2)."""

    @property
    def chosen_program_id(self) -> int | None:
        """The program that was chosen, if one was."""

    @property
    def chosen_point_of_sale_id(self) -> int | None:
        """The point of sale that was chosen, if one was."""

    @property
    def chosen_terminal_id(self) -> int | None:
        """The Terminal that was chosen, if one was."""

    def figures(self) -> Source:
        """The sales figures of this sample, one row for every customer in it."""


@dataclass(frozen=True)
class Walk:
    """Customers in the order of one sorted, indexed column; `value` with `customer_id` orders them uniquely.

    With `groups` the order is that of the ids in it, such as categories by rank, and within a group by customer:
    each group is a stretch of the index on `value`.
    """

    customer_id: ColumnElement[int]
    value: ColumnElement[Any]
    where: tuple[ColumnElement[bool], ...] = ()
    figures: Source | None = None
    """The walked rows where they are the sample's own figures, so that membership need not be asked again."""
    groups: tuple[int, ...] | None = None
    constant: bool = False
    """Whether the value is one and the same for all, so that the customer alone tells where a page begins."""


@dataclass(frozen=True)
class Order:
    """Walks one after another, ascending. `falling` when values fall as the column rises (days since a date)."""

    walks: tuple[Walk, ...]
    falling: bool = False

    def parameters(self) -> dict[str, object]:
        """The groups of its walks, as the values that its statements take."""
        walks = enumerate(self.walks)
        return {groups_of(number).key: list(walk.groups) for number, walk in walks if walk.groups is not None}


@dataclass(frozen=True)
class Column:
    """A column of the customers table (CT-1)."""

    key: str
    label: str
    kind: str
    """How a cell is drawn: phone, name, text, pill, access, integer, decimal, money, points, date, days, expiring, …"""
    fields: Callable[[FromClause], Sequence[Any]]
    """What to select from the source's rows."""
    order: Callable[[Sample], Order]
    cell: Callable[[Row[Any]], object]
    source: Callable[[Sample], Source] | None = None
    """None when the fields lie in the customer's own row, which every statement has."""
    total: Callable[[FromClause], ColumnElement[Any]] | None = None
    """The sum of a whole selection that stands under the column (CT-4); none when summing makes no sense."""
    numeric: bool = False
    rank: int = 9
    """1 to 9: columns of a high rank give way first where there is little room."""
    searched: bool = False
    """Whether it is what searches look into: then all that is found stands close together in its order."""
    standard: bool = False
    """Whether the table shows it before anyone chose columns."""


@dataclass(frozen=True)
class Tab:
    """A part of the profile with a page of its own, which app.customers.tabs draws the head and the strip around."""

    key: str
    label: object
    """Words, lazily translated."""
    endpoint: str
    """Of a page whose address takes customer_id alone."""
    permission: Permission = Permission.READ_CUSTOMERS
    count: Callable[[int], int] | None = None
    """How many lines it has of a customer; shown beside the label, so it must not cost more the more there are."""

    def href(self, customer_id: int) -> str:
        return url_for(self.endpoint, customer_id=customer_id)


@dataclass(frozen=True)
class Action:
    """Something that a person may do with one customer, on a page of its own: linked to from profile and drawer."""

    key: str
    label: object
    """Words, lazily translated."""
    sign: str
    """The icon."""
    endpoint: str
    """Of a page whose address takes customer_id alone."""
    permission: Permission

    def href(self, customer_id: int) -> str:
        return url_for(self.endpoint, customer_id=customer_id)


@dataclass(frozen=True)
class SelectionAction:
    """What is done with a selection of customers: the ticks are posted to one page, a filter alone leads to another."""

    posted_to: str
    """The endpoint that takes the ids, the filter's arguments and `all`."""
    asked_at: str
    """The endpoint that takes the filter's arguments."""
    permission: Permission


ColumnProvider = Callable[[], Sequence[Column]]
FactProvider = Callable[[int], Mapping[str, object]]
DataProvider = Callable[[int], object]
Step = Callable[[int], None]


@dataclass(frozen=True)
class ErasureStep:
    """What an area wipes out of its own when a customer is erased (CP-8)."""

    label: object
    """What goes, in words, lazily translated: the page that asks lists it."""
    erase: Step


@dataclass(frozen=True)
class Merge:
    """Two records that become one, or become two again; `family` is the absorbed one with all merged into it."""

    id: int
    survivor: int
    absorbed: int
    family: list[int]
    kept: dict[str, Any]
    """What steps keep for the undoing, each under a name of its own."""


class CannotUndoError(Exception):
    """A merge cannot be undone now; `words` tells people why, in their language."""

    def __init__(self, words: Callable[[], str]) -> None:
        super().__init__("This merge cannot be undone now.")
        self.words = words


@dataclass(frozen=True)
class Compared:
    """A figure of both records and of what they become, in words."""

    label: str
    mine: str
    theirs: str
    both: str


@dataclass(frozen=True)
class MergeStep:
    """What an area does of its own when two records become one, and when that is undone (CP-9).

    Both customers are held meanwhile. Undoing may raise CannotUndoError.
    """

    merge: Callable[[Merge], None]
    undo: Callable[[Merge], None]
    compare: Callable[[int, int], Sequence[Compared]] = lambda _survivor, _absorbed: ()
    """What becomes of its figures, for who decides."""
    foretell: Callable[[Merge], Sequence[tuple[str, str]]] = lambda _merge: ()
    """What would go back if it were undone now, as label and words. May raise CannotUndoError."""


@dataclass
class Registry:
    """What areas registered; filled once at start-up."""

    columns: list[tuple[int, ColumnProvider]] = field(default_factory=list)
    drawer: list[FactProvider] = field(default_factory=list)
    overview: list[FactProvider] = field(default_factory=list)
    personal_data: dict[str, DataProvider] = field(default_factory=dict)
    creation: list[Step] = field(default_factory=list)
    erasure: list[ErasureStep] = field(default_factory=list)
    merging: list[MergeStep] = field(default_factory=list)
    tabs: list[tuple[int, Tab]] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    selection_action: SelectionAction | None = None


registry = Registry()


def add_columns(place: int, provider: ColumnProvider) -> None:
    """Hangs columns in; providers are shown in the order of `place` unless a person chose otherwise."""
    if (place, provider) not in registry.columns:
        registry.columns.append((place, provider))
        registry.columns.sort(key=lambda entry: entry[0])


def add_drawer_facts(provider: FactProvider) -> None:
    """Hangs in what the drawer shows of a customer, by name."""
    if provider not in registry.drawer:
        registry.drawer.append(provider)


def add_overview_facts(provider: FactProvider) -> None:
    """Hangs in what the overview shows of a customer, by name."""
    if provider not in registry.overview:
        registry.overview.append(provider)


def add_creation_step(step: Step) -> None:
    """Hangs in what another area writes for a new customer, by its id, in the unit of work that registers it."""
    if step not in registry.creation:
        registry.creation.append(step)


def add_personal_data(section: str, provider: DataProvider) -> None:
    """Hangs in what another area knows of a customer, for the file that it may ask for (CP-8): what JSON can hold."""
    registry.personal_data[section] = provider


def add_erasure_step(step: ErasureStep) -> None:
    """Hangs in what another area wipes out of a customer, in the unit of work that erases it (CP-8)."""
    if step not in registry.erasure:
        registry.erasure.append(step)


def add_merge_step(step: MergeStep) -> None:
    """Hangs in what another area does when two records become one, in the order of the areas (CP-9)."""
    if step not in registry.merging:
        registry.merging.append(step)


def add_tab(place: int, tab: Tab) -> None:
    """Hangs in a tab of the profile; tabs stand in the order of `place`."""
    if all(tab.key != known.key for _place, known in registry.tabs):
        registry.tabs.append((place, tab))
        registry.tabs.sort(key=lambda entry: entry[0])


def add_action(action: Action) -> None:
    """Hangs in what can be done with one customer."""
    if all(action.key != known.key for known in registry.actions):
        registry.actions.append(action)


def set_selection_action(action: SelectionAction) -> None:
    """Says what the table's Actions lead to (CT-10)."""
    registry.selection_action = action


def facts(providers: Sequence[FactProvider], customer_id: int) -> dict[str, object]:
    """What all providers know of a customer, in one mapping."""
    known: dict[str, object] = {}
    for provider in providers:
        known.update(provider(customer_id))
    return known
