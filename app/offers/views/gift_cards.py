"""Gift cards: the list, issuing one, a card with its movements, blocking it, its code (LP-8)."""

from __future__ import annotations

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes, whole_number
from app.customers.family import survivor_of
from app.customers.queries import customer_named, customer_to_change
from app.customers.tabs import head
from app.offers.forms import GiftCardForm
from app.offers.listing import CardList
from app.offers.models import GiftCard
from app.offers.queries.catalogue import movements_of, named, to_change
from app.offers.services import editing
from app.offers.views.blueprint import blueprint
from app.offers.views.sections import sections
from app.offers.words import card_state, state_names
from app.paging import ARGS
from app.period import end_of
from app.permissions import Permission, requires
from app.web import go, render


@blueprint.get("/gift-cards")
@requires(Permission.EDIT_OFFERS)
@takes(*ARGS)
def gift_cards() -> BaseResponse:
    return render("offers/gift_cards.html", listed=CardList(request.args), sections=sections("offers.gift_cards"))


@blueprint.get("/gift-cards/new")
@requires(Permission.EDIT_OFFERS)
@takes("customer")
def add_gift_card() -> BaseResponse:
    number = whole_number(request.args["customer"], "customer") if request.args.get("customer") else None
    return _show_form(GiftCardForm(), number)


@blueprint.post("/gift-cards")
@requires(Permission.EDIT_OFFERS)
def issue_gift_card() -> BaseResponse:
    number = whole_number(request.form["customer"], "customer") if request.form.get("customer") else None
    if number is not None:
        # Held, so that nobody erases or merges it meanwhile.
        customer_to_change(number)
    form = GiftCardForm()
    if not form.validate():
        return _show_form(form, number, 422)
    card = editing.issue_gift_card(form.amount.data or 0, end_of(form.last_day.data), number)
    flash(_("The gift card was issued."), "success")
    return go(url_for("offers.gift_card", gift_card_id=card.id))


@blueprint.get("/gift-cards/<int:gift_card_id>")
@requires(Permission.EDIT_OFFERS)
def gift_card(gift_card_id: int) -> BaseResponse:
    return _show(named(GiftCard, gift_card_id))


@blueprint.post("/gift-cards/<int:gift_card_id>/code")
@requires(Permission.EDIT_OFFERS)
def tell_code(gift_card_id: int) -> BaseResponse:
    card = named(GiftCard, gift_card_id)
    return _show(card, editing.tell_code(card))


@blueprint.post("/gift-cards/<int:gift_card_id>/blocking")
@requires(Permission.EDIT_OFFERS)
def block_gift_card(gift_card_id: int) -> BaseResponse:
    editing.block_gift_card(to_change(GiftCard, gift_card_id), blocked=True)
    flash(_("The gift card is blocked: it pays nothing."), "success")
    return go(url_for("offers.gift_card", gift_card_id=gift_card_id))


@blueprint.post("/gift-cards/<int:gift_card_id>/unblocking")
@requires(Permission.EDIT_OFFERS)
def unblock_gift_card(gift_card_id: int) -> BaseResponse:
    editing.block_gift_card(to_change(GiftCard, gift_card_id), blocked=False)
    flash(_("The gift card pays again."), "success")
    return go(url_for("offers.gift_card", gift_card_id=gift_card_id))


def _show(card: GiftCard, code: str | None = None) -> BaseResponse:
    return render(
        "offers/gift_card.html",
        card=card,
        code=code,
        state=card_state(card),
        state_words=state_names(),
        movements=movements_of(card),
        customer=head(customer_named(survivor_of(card.customer_id))) if card.customer_id else None,
    )


def _show_form(form: GiftCardForm, customer_id: int | None, status: int = 200) -> BaseResponse:
    customer = head(customer_named(customer_id)) if customer_id is not None else None
    back = url_for("offers.of_customer", customer_id=customer_id, show="gift-cards") if customer_id else None
    response = render(
        "offers/gift_card_form.html", form=form, customer=customer, back=back or url_for("offers.gift_cards")
    )
    response.status_code = status
    return response
