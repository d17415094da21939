"""The pages of the Kiosk: the tablet is paired, a customer looks itself up, sees what it has, and is taken over (KI-1).

Who is signed in elsewhere in this browser plays no part: a tablet is known by its own cookie, in a scope of its own. So
forms have no key either, which would be that person's; a visit begun twice is the one that came last.
"""

from __future__ import annotations

import uuid

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.services import wait_at_kiosk, wait_before_link_from
from app.address import takes
from app.businesses.models import Kiosk
from app.businesses.services import kiosk_of_code, pair_kiosk
from app.customers.services.identifying import customer_known_by, phone_of
from app.db import open_scope
from app.form_keys import keyless
from app.kiosk.forms import LONGEST_CODE, NumberForm, PairingForm, PictureForm
from app.kiosk.pages import Guest
from app.kiosk.tablet import Tablet, at_kiosk, cookie_name, known_tablet, remember, there
from app.lib.codes import UnreadableError, code_in
from app.permissions import Permission, requires
from app.scope import Scope
from app.transactions.services.visits import begin_visit, close_visit, end_visit, lengthen_visit, visit_at
from app.web import go

blueprint = Blueprint("kiosk", __name__, url_prefix="/kiosk")
WAITING, TAKEN = "waiting", "taken"
"""Whether the Terminal beside it has taken the visitor over."""


@blueprint.get("")
@requires(Permission.PUBLIC)
@takes("language")
def index() -> BaseResponse:
    """The first screen of a paired tablet; on any other one, the place to type a code."""
    tablet = known_tablet()
    if tablet is None:
        return _page("kiosk/pairing.html", None, form=PairingForm())
    tablet.speak()
    return _show_first(tablet, NumberForm(), PictureForm())


@blueprint.post("/pairing")
@requires(Permission.PUBLIC)
@keyless
def pair() -> BaseResponse:
    form = PairingForm()
    if not form.validate():
        return _page("kiosk/pairing.html", None, 422, form=form)
    if seconds := wait_before_link_from(request.remote_addr or "", "kiosk"):
        form.code.errors = [_("That was too often. Wait %(seconds)s seconds.", seconds=seconds)]
        return _page("kiosk/pairing.html", None, 429, form=form)
    if (token := _paired(form.code.data)) is None:
        form.code.errors = [_("This code is not known, or is over. Have the Terminal show a new one.")]
        return _page("kiosk/pairing.html", None, 422, form=form)
    return remember(redirect(url_for("kiosk.index"), 303), token)


def _paired(code: str) -> str | None:
    found = kiosk_of_code(code)
    if found is None:
        return None
    # In the log it is the deed of who let the tablet in.
    open_scope(Scope(found.business_id, found.user_id, address=request.remote_addr or ""))
    return pair_kiosk(found.id, code)


@blueprint.post("/look-ups")
@requires(Permission.PUBLIC)
@takes("language")
@keyless
@at_kiosk
def look_up(tablet: Tablet) -> BaseResponse:
    form = NumberForm()
    if not form.validate():
        return _show_first(tablet, form, PictureForm(), 422)
    if wait_at_kiosk(tablet.id):
        form.code.errors = [_hurry()]
        return _show_first(tablet, form, PictureForm(), 429)
    if (visit := _begun(tablet, form.code.data)) is None:
        form.code.errors = [_("This is no phone and no card of ours. Look at it again.")]
        return _show_first(tablet, form, PictureForm(), 422)
    return visit


@blueprint.post("/pictures")
@requires(Permission.PUBLIC)
@takes("language")
@keyless
@at_kiosk
def look_up_picture(tablet: Tablet) -> BaseResponse:
    """The same with the code in a picture, for browsers that read none themselves."""
    form = PictureForm()
    if wait_at_kiosk(tablet.id):
        form.picture.errors = [_hurry()]
        return _show_first(tablet, NumberForm(), form, 429)
    try:
        code = code_in(form.picture.data.read()) if form.picture.data else ""
    except UnreadableError:
        code = ""
    visit = _begun(tablet, code[:LONGEST_CODE]) if code else None
    if visit is None:
        form.picture.errors = [_("No code of ours could be read. Hold it closer and straight, or type your phone.")]
        return _show_first(tablet, NumberForm(), form, 422)
    return visit


@blueprint.get("/visits/<uuid:visit_key>")
@requires(Permission.PUBLIC)
@takes("language")
@at_kiosk
def visit(tablet: Tablet, visit_key: uuid.UUID) -> BaseResponse:
    """What the customer has, for as long as it stands there; who asks for the page, by a reload say, does."""
    found = visit_at(tablet.id, visit_key) if lengthen_visit(tablet.id, visit_key) else None
    if found is None:
        return redirect(there("index"), 303)
    guest = Guest.of(found)
    tablet.speak(guest.customer if guest else None)
    return _page("kiosk/visit.html", tablet, visit=found, guest=guest, state=_state(found))


@blueprint.get("/visits/<uuid:visit_key>/state")
@requires(Permission.PUBLIC)
@takes("language", "shown")
@at_kiosk
def state(tablet: Tablet, visit_key: uuid.UUID) -> BaseResponse:
    """The part of the page that changes by itself; nothing where it is as `shown`, the first screen once it is over."""
    found = visit_at(tablet.id, visit_key)
    if found is None:
        return go(there("index"))
    if request.args.get("shown") == _state(found):
        return make_response("", 204)
    guest = Guest.of(found)
    tablet.speak(guest.customer if guest else None)
    return _page("kiosk/_state.html", tablet, visit=found, state=_state(found))


@blueprint.post("/visits/<uuid:visit_key>/extension")
@requires(Permission.PUBLIC)
@takes("language")
@keyless
@at_kiosk
def stay(tablet: Tablet, visit_key: uuid.UUID) -> BaseResponse:
    if not lengthen_visit(tablet.id, visit_key):
        return redirect(there("index"), 303)
    return redirect(there("visit", visit_key=visit_key), 303)


@blueprint.post("/visits/<uuid:visit_key>/closing")
@requires(Permission.PUBLIC)
@takes("language")
@keyless
@at_kiosk
def close(tablet: Tablet, visit_key: uuid.UUID) -> BaseResponse:
    """Nobody touched the page: it is not shown again, and the Terminal goes on knowing who waits."""
    close_visit(tablet.id, visit_key)
    return redirect(url_for("kiosk.index"), 303)


@blueprint.post("/visits/<uuid:visit_key>/end")
@requires(Permission.PUBLIC)
@takes("language")
@keyless
@at_kiosk
def leave(tablet: Tablet, visit_key: uuid.UUID) -> BaseResponse:
    """Back to the first screen, in the language of the business again."""
    end_visit(tablet.id, visit_key)
    return redirect(url_for("kiosk.index"), 303)


def _begun(tablet: Tablet, code: str) -> BaseResponse | None:
    """To the page of who has this number, or whose phone nobody has; None for what is neither."""
    country = tablet.business.country
    found = customer_known_by(code, country)
    phone = "" if found else phone_of(code, country)
    if not (found or phone):
        return None
    answer = redirect(there("visit", visit_key=begin_visit(tablet.id, found, phone)), 303)
    return remember(answer, request.cookies[cookie_name()])


def _state(visit: Kiosk) -> str:
    return TAKEN if visit.sale_key else WAITING


def _hurry() -> str:
    return _("Too many numbers were tried here. Wait a minute, or ask at the counter.")


def _show_first(tablet: Tablet, form: NumberForm, picture: PictureForm, status: int = 200) -> BaseResponse:
    return _page("kiosk/index.html", tablet, status, form=form, picture=picture)


def _page(page: str, tablet: Tablet | None, status: int = 200, **context: object) -> BaseResponse:
    return make_response(render_template(page, tablet=tablet, there=there, **context), status)
