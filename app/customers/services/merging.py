"""Making one of two records of a person: the absorbed one points to the survivor, and its rows stay (CP-9)."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from sqlalchemy import delete, insert, select

from app import audit
from app.customers.details import Details, details_of, differences
from app.customers.family import family, hold_customers
from app.customers.joining import Record, joined, tag_name
from app.customers.models import Card, Consent, Customer, CustomerMerge, CustomerSearch, Enrolment, LikelyDuplicate
from app.customers.registry import Merge, registry
from app.customers.services import writing
from app.customers.services.duplicates import find_duplicates_of
from app.customers.services.tagging import put_tags
from app.customers.stats import remake_figures
from app.customers.tags import tags_of
from app.db import business_id, current_scope
from app.extensions import db
from app.lib import dates

Facts = dict[str, Any]
_ROW = ("registered_at", "registered_point_of_sale_id", "confirmed", "app_installed")


class GoneError(Exception):
    """One of the records was merged or erased meanwhile."""


def record_of(customer: Customer) -> Record:
    return Record(details_of(customer), {tag.key: tag.value for tag in tags_of(customer.id)})


def hold_pair(survivor_id: int, absorbed_id: int) -> tuple[Customer, Customer]:
    """Both records, held. Raises GoneError."""
    if survivor_id == absorbed_id:
        raise GoneError
    hold_customers((survivor_id, absorbed_id))
    found = [
        db.session.get(Customer, (business_id(), each), populate_existing=True) for each in (survivor_id, absorbed_id)
    ]
    survivor, absorbed = found
    if survivor is None or absorbed is None:
        raise GoneError
    if any(each.merged_into_id is not None or each.erased_at is not None for each in (survivor, absorbed)):
        raise GoneError
    return survivor, absorbed


def merge_customers(survivor: Customer, absorbed: Customer, taken: Set[str]) -> int:
    """Merges a record into another, both held by `hold_pair`; answers with the merge's number.

    `taken` names what is to be as the absorbed one has it (app.customers.joining).
    """
    mine, theirs = record_of(survivor), record_of(absorbed)
    becomes = joined(mine, theirs, taken)
    kept = _as_they_were(survivor, absorbed, mine, theirs)
    absorbed.merged_into_id = survivor.id
    _write(survivor, absorbed, mine, theirs, becomes)
    kept["after"] = facts_of(survivor)
    merge = _add(survivor, absorbed, kept)
    _keep(merge, absorbed)
    return merge.id


def facts_of(customer: Customer) -> Facts:
    """What a merge changes of a record, as JSON keeps it and an undoing compares it."""
    details = details_of(customer)
    row = {name: getattr(customer, name) for name in _ROW}
    row["registered_at"] = customer.registered_at.isoformat()
    tags = {tag_name(tag.key): tag.value for tag in tags_of(customer.id)}
    return details.flat() | row | tags


def _as_they_were(survivor: Customer, absorbed: Customer, mine: Record, theirs: Record) -> Facts:
    consents = select(Consent).where(Consent.business_id == business_id(), Consent.customer_id == survivor.id)
    return {
        "before": facts_of(survivor),
        "phone": absorbed.phone,
        "cards": list(theirs.details.cards),
        "tags": sorted(mine.tags),
        "programs": [each for each in theirs.details.standings if each not in mine.details.standings],
        "consents": [
            [each.kind, each.granted, each.at.isoformat(), each.user_id] for each in db.session.scalars(consents)
        ],
    }


def _write(survivor: Customer, absorbed: Customer, mine: Record, theirs: Record, becomes: Record) -> None:
    old, new = mine.details, becomes.details
    earlier = min(survivor, absorbed, key=lambda each: each.registered_at)
    survivor.registered_at = earlier.registered_at
    survivor.registered_point_of_sale_id = earlier.registered_point_of_sale_id
    survivor.confirmed |= absorbed.confirmed
    survivor.app_installed |= absorbed.app_installed
    _exchange(survivor, absorbed, new)
    _enrol(survivor.id, absorbed.id, [each for each in new.standings if each not in old.standings])
    writing.keep_answers(survivor.id, old, new)
    writing.keep_consents(survivor.id, old, new)
    writing.keep_standings(survivor.id, old, new)
    put_tags(survivor, becomes.tags)
    survivor.version += 1
    absorbed.version += 1
    db.session.flush()


def _exchange(survivor: Customer, absorbed: Customer, new: Details) -> None:
    """A phone and a card belong to one record: cards pass over, and the phone that is not chosen stays with the other.

    So whoever shows either of them is found, and nobody else can be registered with it.
    """
    left_over = survivor.phone if new.phone == absorbed.phone else absorbed.phone
    absorbed.phone, absorbed.card_count = "", 0
    db.session.execute(delete(Card).where(Card.business_id == business_id(), Card.customer_id == absorbed.id))
    db.session.flush()
    old = details_of(survivor)
    writing.keep_identity(survivor, new)
    writing.keep_cards(survivor.id, old, new)
    db.session.flush()
    absorbed.phone = left_over
    db.session.flush()


def _enrol(survivor_id: int, absorbed_id: int, programs: list[int]) -> None:
    """Takes the survivor into the programs that only the other is in, as it stands there."""
    columns = ("program_id", "category_id", "category_by_hand", "access", "enrolled_at", "left_at")
    theirs = select(*(getattr(Enrolment, name) for name in columns)).where(
        Enrolment.business_id == business_id(), Enrolment.customer_id == absorbed_id, Enrolment.program_id.in_(programs)
    )
    rows = [
        {"business_id": business_id(), "customer_id": survivor_id, **row}
        for row in db.session.execute(theirs).mappings()
    ]
    if rows:
        db.session.execute(insert(Enrolment), rows)


def _add(survivor: Customer, absorbed: Customer, kept: Facts) -> CustomerMerge:
    merge = CustomerMerge(
        business_id=business_id(),
        survivor_id=survivor.id,
        absorbed_id=absorbed.id,
        at=dates.now(),
        user_id=current_scope().user_id,
        kept=kept,
    )
    db.session.add(merge)
    db.session.flush()
    return merge


def _keep(merge: CustomerMerge, absorbed: Customer) -> None:
    """What other areas do, and all that is worked out from both records."""
    known: Facts = {}
    merged = Merge(merge.id, merge.survivor_id, merge.absorbed_id, family(absorbed.id), known)
    for step in registry.merging:
        step.merge(merged)
    merge.kept = merge.kept | {"steps": known}
    gone = delete(CustomerSearch).where(
        CustomerSearch.business_id == business_id(), CustomerSearch.customer_id == absorbed.id
    )
    db.session.execute(gone)
    settle(merge.survivor_id)
    pairs = LikelyDuplicate.business_id == business_id(), LikelyDuplicate.denied_at.is_(None)
    of_absorbed = (LikelyDuplicate.first_id == absorbed.id) | (LikelyDuplicate.second_id == absorbed.id)
    db.session.execute(delete(LikelyDuplicate).where(*pairs, of_absorbed))
    changes = differences(merge.kept["before"], merge.kept["after"])
    audit.record(
        "customer.merge", audit.Subject("customer", merge.survivor_id), audited(changes, merged=(None, absorbed.id))
    )
    audit.record("customer.merge", audit.Subject("customer", absorbed.id), {"merged_into": (None, merge.survivor_id)})


def settle(customer_id: int) -> None:
    """Works out anew what is kept of a customer beside its rows: figures, what it is found by, whom it is like."""
    remake_figures(family(customer_id))
    customer = db.session.get_one(Customer, (business_id(), customer_id))
    writing.keep_search(customer_id, details_of(customer))
    find_duplicates_of(customer_id)


def audited(
    changes: dict[str, tuple[object, object]], **more: tuple[object, object]
) -> dict[str, tuple[object, object]]:
    """Changes as the audit log has them: what a tag is called may be about the person, and stands among the values."""
    tags = {name: values for name, values in changes.items() if name.startswith("tag_")}
    plain = {name: values for name, values in changes.items() if name not in tags}
    both = [
        [f"{name[4:]} = {values[side]}" for name, values in tags.items() if values[side] is not None] for side in (0, 1)
    ]
    return plain | ({"tags": (both[0] or None, both[1] or None)} if tags else {}) | more
