"""Offers: the list, making, changing, archiving (LP-8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.address import takes
from app.offers.forms import OfferForm, OfferSaid
from app.offers.listing import ARGUMENTS, OfferList
from app.offers.models import Offer
from app.offers.queries.catalogue import named, to_change
from app.offers.services import editing
from app.offers.views.blueprint import blueprint
from app.offers.views.sections import may_edit, sections
from app.period import today
from app.permissions import Permission, requires
from app.web import go, render


@blueprint.get("/offers")
@requires(Permission.READ_OFFERS)
@takes(*ARGUMENTS)
def index() -> BaseResponse:
    listed = OfferList(request.args)
    return render("offers/offers.html", listed=listed, sections=sections("offers.index"), may_edit=may_edit())


@blueprint.get("/offers/new")
@requires(Permission.EDIT_OFFERS)
def add_offer() -> BaseResponse:
    return _show_new(_new_form())


@blueprint.post("/offers")
@requires(Permission.EDIT_OFFERS)
def create_offer() -> BaseResponse:
    form = _new_form()
    if not form.validate():
        return _show_new(form, 422)
    offer = editing.add_offer(form.offer())
    flash(_("“%(name)s” was added.", name=offer.title), "success")
    return go(url_for("offers.index"))


@blueprint.get("/offers/<int:offer_id>")
@requires(Permission.READ_OFFERS)
def edit_offer(offer_id: int) -> BaseResponse:
    offer = named(Offer, offer_id)
    kept = OfferSaid.of(offer)
    form = OfferForm(obj=kept)
    if not may_edit():
        return render("offers/read.html", title=offer.title, form=form, back=url_for("offers.index"))
    form.show(kept)
    return _show_kept(offer, form)


@blueprint.post("/offers/<int:offer_id>")
@requires(Permission.EDIT_OFFERS)
def change_offer(offer_id: int) -> BaseResponse:
    offer = to_change(Offer, offer_id)
    kept = OfferSaid.of(offer)
    form = OfferForm(obj=kept)
    if form.is_stale(kept) and (differing := form.kept_words(kept)):
        form.show(kept)
        return _show_kept(offer, form, 409, differing)
    if not form.validate():
        return _show_kept(offer, form, 422)
    try:
        editing.change_offer(offer, form.offer())
    except editing.OverError:
        form.ends_at.errors = [_("It is over, and has left its customers' hands. Make a new one.")]
        return _show_kept(offer, form, 422)
    flash(_("“%(name)s” was saved.", name=offer.title), "success")
    return go(url_for("offers.index"))


@blueprint.post("/offers/<int:offer_id>/archiving")
@requires(Permission.EDIT_OFFERS)
def archive_offer(offer_id: int) -> BaseResponse:
    offer = to_change(Offer, offer_id)
    editing.archive_offer(offer)
    flash(_("“%(name)s” was archived.", name=offer.title), "success")
    return go(url_for("offers.index"))


@blueprint.post("/offers/<int:offer_id>/restoration")
@requires(Permission.EDIT_OFFERS)
def restore_offer(offer_id: int) -> BaseResponse:
    offer = to_change(Offer, offer_id)
    editing.restore_offer(offer)
    flash(_("“%(name)s” is in use again.", name=offer.title), "success")
    return go(url_for("offers.edit_offer", offer_id=offer.id))


def _new_form() -> OfferForm:
    return OfferForm(data={"starts_at": today(), "active": True})


def _show_new(form: OfferForm, status: int = 200) -> BaseResponse:
    return _show(form, status, title=_("New offer"), action=url_for("offers.create_offer"), kept=())


def _show_kept(offer: Offer, form: OfferForm, status: int = 200, kept: Sequence[tuple[str, str]] = ()) -> BaseResponse:
    archived = offer.archived_at is not None
    return _show(
        form,
        status,
        title=offer.title,
        action=url_for("offers.change_offer", offer_id=offer.id),
        kept=kept,
        archive_href=None if archived else url_for("offers.archive_offer", offer_id=offer.id),
        restore_href=url_for("offers.restore_offer", offer_id=offer.id) if archived else None,
    )


def _show(form: OfferForm, status: int, **context: Any) -> BaseResponse:
    response = render("offers/offer_form.html", form=form, **context)
    response.status_code = status
    return response
