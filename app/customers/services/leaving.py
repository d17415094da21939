"""What customers say by themselves: which messages they want, and that they leave a program (LP-5, CP-7).

Who they are is known by a link that they got, or by the phone that they write from; nobody of the business stands in
the audit line.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from app import audit
from app.customers.details import access_key, details_of
from app.customers.models import CHANNELS, ConsentKind, Customer, Enrolment
from app.customers.services.changing import change_customer
from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.loyalty.models import Access


def choose_channels(customer: Customer, wanted: Collection[ConsentKind]) -> None:
    """Keeps on which channels a customer wants to be written to; needs it held (`customer_to_change`)."""
    kept = details_of(customer)
    consents = dict(kept.consents)
    consents |= {kind: kind in wanted for kind in CHANNELS}
    change_customer(customer, replace(kept, consents=consents), "customer.choose_channels")


def stop_channel(customer: Customer, channel: ConsentKind) -> None:
    """Has a customer not be written to on a channel any more; needs it held."""
    kept = details_of(customer)
    choose_channels(customer, [kind for kind in CHANNELS if kept.granted(kind) and kind is not channel])


def leave_program(customer: Customer, program_id: int) -> None:
    """Takes a customer out of a program; needs it held. Points stay, and can be used once it has access again.

    Who is blacklisted stays so. Once more changes nothing.
    """
    enrolment = db.session.get(Enrolment, (business_id(), program_id, customer.id), with_for_update={"key_share": True})
    if enrolment is None or enrolment.left_at is not None:
        return
    before, after = enrolment.access, max(enrolment.access, Access.NONE)
    enrolment.access, enrolment.left_at = after, dates.now()
    customer.version += 1
    changes = {access_key(program_id): (before.name.lower(), after.name.lower())}
    audit.record("customer.leave", audit.Subject("customer", customer.id), changes)
