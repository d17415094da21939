"""Who buys: found by phone, card or QR text, or registered as new (TE-1), and asked (LP-7)."""

from __future__ import annotations

import uuid
from dataclasses import replace

from flask import Response
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.services import wait_before_look_up
from app.customers.details import details_of
from app.customers.queries import customer_to_change, unanswered
from app.customers.services.changing import change_customer
from app.customers.services.creating import create_customer
from app.customers.services.identifying import customer_known_by, phone_of
from app.customers.services.writing import TakenError
from app.errors import Problem
from app.identity import till, workplace
from app.lib.codes import UnreadableError, code_in
from app.loyalty.queries import questions
from app.permissions import Permission, requires
from app.terminal.forms import (
    LONGEST_CODE,
    AnswersForm,
    LookUpForm,
    NewCustomerForm,
    PictureForm,
    answers_form,
    new_customer_form,
)
from app.terminal.pages import Counter, step, visitors
from app.terminal.views.blueprint import blueprint
from app.transactions.models import OpenSale
from app.transactions.services.open_sales import begin_sale, open_sale
from app.web import go, render


@blueprint.get("")
@requires(Permission.SELL)
def index() -> Response:
    return _show_first(LookUpForm(), PictureForm())


@blueprint.post("/look-ups")
@requires(Permission.SELL)
def look_up() -> BaseResponse:
    """Begins a sale to whom the number names, or to who is new under this phone."""
    form = LookUpForm()
    if not form.validate():
        return _show_first(form, PictureForm(), 422)
    if fault := _too_many():
        form.code.errors = [fault]
        return _show_first(form, PictureForm(), 429)
    if (key := _begun(form.code.data)) is None:
        form.code.errors = [_("Nobody has this number. Look at it again, or ask for the phone.")]
        return _show_first(form, PictureForm(), 422)
    return go(key)


@blueprint.post("/pictures")
@requires(Permission.SELL)
def look_up_picture() -> BaseResponse:
    """The same with the code in a picture, for browsers that read none themselves (TE-1)."""
    form = PictureForm()
    if fault := _too_many():
        form.picture.errors = [fault]
        return _show_first(LookUpForm(), form, 429)
    try:
        code = code_in(form.picture.data.read()) if form.picture.data else ""
    except UnreadableError:
        form.picture.errors = [_("This is no picture that can be read. Take one with the camera, up to 10 MB.")]
        return _show_first(LookUpForm(), form, 422)
    if not code:
        form.picture.errors = [_("There is no code in this picture. Hold the camera closer, and straight.")]
        return _show_first(LookUpForm(), form, 422)
    if (key := _begun(code[:LONGEST_CODE])) is None:
        form.picture.errors = [_("Nobody has this code. Ask for the phone.")]
        return _show_first(LookUpForm(), form, 422)
    return go(key)


def _begun(code: str) -> str | None:
    """The next step of a sale that begins with this number; None where it is nobody's and no phone."""
    country = workplace().country
    found = customer_known_by(code, country)
    phone = "" if found else phone_of(code, country)
    if not (found or phone):
        return None
    return step("amount" if found else "new_customer", begin_sale(till().id, found, phone))


def _show_first(form: LookUpForm, picture: PictureForm, status: int = 200) -> Response:
    response = render("terminal/index.html", form=form, picture=picture, line=visitors())
    response.status_code = status
    return response


@blueprint.get("/open-sales/<uuid:sale_key>/customer")
@requires(Permission.SELL)
def new_customer(sale_key: uuid.UUID) -> BaseResponse:
    sale = open_sale(till().id, sale_key)
    if sale.customer_id:
        return go(step("amount", sale_key))
    return _show(sale, new_customer_form(questions()))


@blueprint.post("/open-sales/<uuid:sale_key>/customer")
@requires(Permission.SELL)
def create(sale_key: uuid.UUID) -> BaseResponse:
    sale = open_sale(till().id, sale_key, hold=True)
    form = new_customer_form(questions())
    if sale.customer_id:
        return go(step("amount", sale_key))
    if not form.validate():
        return _show(sale, form, 422)
    try:
        sale.customer_id = create_customer(form.details(sale.phone), till().place_id)
    except TakenError:
        advice = _("Go back to the first step and enter the phone again.")
        raise Problem(409, _("Someone registered this phone meanwhile."), advice) from None
    sale.phone = ""
    return go(step("amount", sale_key))


@blueprint.get("/open-sales/<uuid:sale_key>/answers")
@requires(Permission.SELL)
def answers(sale_key: uuid.UUID) -> BaseResponse:
    """What a known customer has not answered yet (LP-7)."""
    sale = open_sale(till().id, sale_key)
    asked = unanswered(sale.customer_id or 0)
    if sale.transaction_id or not (sale.customer_id and asked):
        return go(step("amount", sale_key))
    return _ask(sale, answers_form(asked))


@blueprint.post("/open-sales/<uuid:sale_key>/answers")
@requires(Permission.SELL)
def put_answers(sale_key: uuid.UUID) -> BaseResponse:
    """Keeps them; what someone else answered meanwhile stays, and is asked no more."""
    sale = open_sale(till().id, sale_key, hold=True)
    if not sale.customer_id or sale.transaction_id:
        return go(step("amount", sale_key))
    customer = customer_to_change(sale.customer_id)
    form = answers_form(unanswered(customer.id))
    if not form.validate():
        return _ask(sale, form, 422)
    known = details_of(customer)
    change_customer(customer, replace(known, answers={**known.answers, **form.answers}))
    return go(step("amount", sale_key))


def _ask(sale: OpenSale, form: AnswersForm, status: int = 200) -> Response:
    response = render("terminal/answers.html", form=form, counter=Counter(sale), action=step("put_answers", sale.key))
    response.status_code = status
    return response


def _show(sale: OpenSale, form: NewCustomerForm, status: int = 200) -> Response:
    response = render("terminal/customer.html", form=form, phone=sale.phone, action=step("create", sale.key))
    response.status_code = status
    return response


def _too_many() -> str:
    """Why none may be looked up now, else '': nobody lists customers by trying numbers (TE-1)."""
    seconds = wait_before_look_up()
    if not seconds:
        return ""
    return _("Too many customers were looked up.") + " " + _("Wait %(seconds)s seconds and try again.", seconds=seconds)
