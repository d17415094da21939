"""What is looked after in every business, each minute, hour or day."""

import time

from app import call_keys, form_keys, pictures, unsent_forms
from app.accounts import services as accounts
from app.audit_check import check_chain, is_due
from app.billing import services as billing
from app.customers.services import drafts, duplicates, openings
from app.db import unit_of_work
from app.ledger.services import expire_lots
from app.messaging import services as messaging
from app.messaging.services.hearing import close_gateways
from app.my import services as my
from app.offers.services import lapse_coupons, lapse_offers
from app.scope import Scope
from app.transactions.services.open_sales import forget_old_sales
from app.transactions.services.visits import forget_visits
from jobs import job
from jobs.each import AT_ONCE, each_business, in_each, until_done


@job
def end_stale_sessions() -> None:
    """Remove the sessions that nobody can use any more."""
    accounts.end_stale_sessions()


@job
def forget_customers_sign_ins() -> None:
    """Remove the sessions of customers that nobody can use, and codes that count no more (MY-1)."""
    in_each(my.forget_old)


@job
def check_audit_log(business: int) -> None:
    """Prove the audit log of one business, as a person asked for it."""
    with unit_of_work(Scope(business)):
        check_chain()


@job
def check_audit_logs() -> None:
    """Prove the audit logs anew whose last proof is a day old (PR-4)."""
    in_each(_check_if_due, AT_ONCE)


def _check_if_due() -> None:
    if is_due():
        check_chain()


@job
def forget_unsent_forms() -> None:
    """Remove the forms that were kept over a session's end and that nobody came back for."""
    unsent_forms.forget_old()


@job
def forget_form_keys() -> None:
    """Remove the keys of forms that nobody can send again; what is left of them is done the next time."""
    began = time.monotonic()
    while form_keys.forget_old() and time.monotonic() - began < AT_ONCE:
        pass


@job
def forget_call_keys() -> None:
    """Remove what the API was asked and answered longer ago than anyone asks again; the rest is done the next time."""
    began = time.monotonic()
    while call_keys.forget_old() and time.monotonic() - began < AT_ONCE:
        pass


@job
def forget_drafts() -> None:
    """Remove the filters that were drawn up and never applied."""
    drafts.forget_drafts()


@job
def forget_openings() -> None:
    """Remove whom people of the panel opened on days that are over (CT-11)."""
    in_each(openings.forget_openings)


@job
def forget_open_sales() -> None:
    """Remove the sales that Terminals began and never made."""
    in_each(forget_old_sales)


@job
def forget_kiosk_visits() -> None:
    """Remove who stood at a Kiosk and never said that it was done."""
    in_each(forget_visits)


@job
def remove_unused_pictures() -> None:
    """Remove the pictures that were handed in and that nothing shows."""
    in_each(pictures.remove_unused)


@job
def find_duplicates() -> None:
    """Look for records of one person among customers that no form wrote, such as imported ones (CP-9)."""
    in_each(duplicates.find_duplicates)


@job
def expire_points() -> None:
    """Take out what is past its date in every business; what is left of it is done the next time."""
    until_done(expire_lots)


@job
def lapse_what_is_over() -> None:
    """Take coupons past their date and offers that ended out of customers' hands (CP-5, CT-1)."""
    until_done(lapse_coupons)
    until_done(lapse_offers)


@job
def wipe_pins() -> None:
    """Forget the texts of PINs that are over (MS-2)."""
    in_each(messaging.wipe_old_pins)


@job
def post_monthly_fees() -> None:
    """Charge every business for the months that have begun since it was last done (BI-1)."""
    in_each(billing.post_monthly_fees)


@job
def tell_of_balances() -> None:
    """Write to the people of every business whose balance fell past what they chose, and send that (BI-2).

    To its administrators also who opened too many customers (CT-11).
    """
    try:
        in_each(messaging.tell_of_balance)
        in_each(messaging.tell_of_openings)
        each_business(lambda business: messaging.send_to_users(Scope(business)))
    finally:
        close_gateways()


@job
def add_up_charges() -> None:
    """Have the totals of every business take up its fresh charges."""
    in_each(billing.add_up)
