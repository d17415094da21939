"""What the customer's page keeps of a customer, and erases."""

from __future__ import annotations

from flask_babel import lazy_gettext

from app.customers.registry import ErasureStep, add_erasure_step, add_personal_data
from app.customers.services.changing import add_phone_step
from app.my.services.forgetting import forget_sign_ins, personal_data

SIGN_INS = ErasureStep(lazy_gettext("Sign-ins to the customer's page"), forget_sign_ins)


def register() -> None:
    add_erasure_step(SIGN_INS)
    # A code that went to the old phone opens nothing, nor does a session come back with that phone.
    add_phone_step(forget_sign_ins)
    add_personal_data("customer_page_sign_ins", personal_data)
