"""Keys of the API in the settings: the list, a new one, revoking (AP-1)."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.accounts import api_keys
from app.accounts.key_forms import KeyForm
from app.accounts.key_words import SCOPES
from app.accounts.proving import ProofForm, is_proved, proof_form
from app.address import address, takes
from app.businesses.queries import franchisees, place_options, terminal_options
from app.drawn import MadeBeforeError
from app.errors import BadAddress, Problem, SentBefore
from app.form_keys import keyless
from app.paging import ARGS as PAGE_ARGS
from app.paging import PageKey
from app.permissions import Permission, requires
from app.web import go, render

blueprint = Blueprint("api_keys", __name__, url_prefix="/settings/api-keys")


@blueprint.get("")
@requires(Permission.EDIT_KEYS)
@takes("show", *PAGE_ARGS)
def index() -> Response:
    shown = request.args.get("show", "")
    if shown not in ("", "revoked"):
        raise BadAddress(_("There is no such “%(name)s” as this address names.", name="show"))
    return _list(revoked=shown == "revoked")


@blueprint.get("/new")
@requires(Permission.EDIT_KEYS)
def write() -> Response:
    return _ask(_form(), proof_form())


@blueprint.post("")
@requires(Permission.EDIT_KEYS)
@keyless
def make() -> BaseResponse:
    """Shows the key itself, once: nothing leads back to it. A browser shows the answer to the second click alone."""
    form, proof = _form(), proof_form()
    if not (form.validate() and is_proved(proof)):
        return _ask(form, proof, 422)
    try:
        secret = api_keys.make_key(form.name.data, form.chosen_scopes, form.chosen, form.secret())
    except MadeBeforeError:
        raise SentBefore() from None
    except api_keys.TooManyKeysError:
        raise Problem(409, _("There are too many keys."), _("Revoke those that nobody uses.")) from None
    return render("accounts/api_key_made.html", name=form.name.data, secret=secret)


@blueprint.post("/<int:api_key_id>/revocation")
@requires(Permission.EDIT_KEYS)
def revoke(api_key_id: int) -> BaseResponse:
    row = api_keys.revoke_key(api_key_id)
    flash(_("%(name)s was revoked: nothing is answered to it any more.", name=row.name), "success")
    return go(url_for("api_keys.index"))


def _form() -> KeyForm:
    form = KeyForm()
    form.offer(franchisees(), place_options(), terminal_options())
    return form


def _ask(form: KeyForm, proof: ProofForm | None, status: int = 200) -> Response:
    form.secret()
    response = render("accounts/api_key_form.html", form=form, proof_form=proof)
    response.status_code = status
    return response


def _list(*, revoked: bool) -> Response:
    page = api_keys.keys(PageKey.from_args(request.args), revoked=revoked)
    show = {"show": "revoked"} if revoked else {}
    hrefs = [address("api_keys.index", show, place) if place else None for place in (page.previous, page.next)]
    return render(
        "accounts/api_keys.html",
        keys=page.lines,
        hrefs=hrefs,
        revoked=revoked,
        revoked_count=api_keys.revoked_count(),
        scopes=SCOPES,
    )
