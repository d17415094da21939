"""Addresses that are told what happens: added, changed, tested, disabled, removed (AP-1)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.proving import ProofForm, is_proved, proof_form
from app.drawn import MadeBeforeError
from app.errors import Problem, SentBefore
from app.form_keys import keyless
from app.lib import dates
from app.permissions import Permission, requires
from app.web import go, invalid, render
from app.webhooks import queries
from app.webhooks.events import ABOUT, WHY
from app.webhooks.forms import EndpointForm, NewEndpointForm
from app.webhooks.models import Endpoint
from app.webhooks.services import endpoints as services
from app.webhooks.services.signing import read
from app.webhooks.views.blueprint import blueprint
from app.webhooks.views.sending import sendable


@blueprint.get("")
@requires(Permission.EDIT_BUSINESS)
def index() -> Response:
    return render(
        "webhooks/index.html", endpoints=queries.endpoints(), newest=queries.newest_deliveries(), most=services.MOST
    )


@blueprint.get("/new")
@requires(Permission.EDIT_BUSINESS)
def ask() -> Response:
    form = NewEndpointForm()
    form.secret()
    return render("webhooks/new.html", form=form, about=ABOUT, proof_form=proof_form())


@blueprint.post("/new")
@requires(Permission.EDIT_BUSINESS)
@keyless
def add() -> BaseResponse:
    """Shows the secret once; a browser shows the answer to the second click alone."""
    form, proof = NewEndpointForm(), proof_form()
    form.secret()
    if not (form.validate() and is_proved(proof)):
        return invalid("webhooks/new.html", form=form, about=ABOUT, proof_form=proof)
    try:
        endpoint, secret = services.add_endpoint(form.values(), form.secret())
    except MadeBeforeError:
        raise SentBefore() from None
    except services.TooManyError:
        raise Problem(
            409,
            _("There are %(most)d addresses already.", most=services.MOST),
            _("Remove one that is not needed any more."),
        ) from None
    return render("webhooks/secret.html", endpoint=endpoint, secret=secret, is_new=True)


@blueprint.get("/<int:endpoint_id>")
@requires(Permission.EDIT_BUSINESS)
def endpoint(endpoint_id: int) -> Response:
    found = queries.endpoint_named(endpoint_id)
    return _show(found, _form_of(found), secret_proof=proof_form())


@blueprint.post("/<int:endpoint_id>")
@requires(Permission.EDIT_BUSINESS)
def change(endpoint_id: int) -> BaseResponse:
    """To send events elsewhere is as sensitive as to add an address."""
    found = queries.endpoint_named(endpoint_id, held=True)
    form = EndpointForm(obj=found)
    if form.is_stale(found) and (kept := form.kept_words(found)):
        form.show(found)
        return _show(found, form, 409, kept)
    proof = proof_form() if form.url.data != found.url else None
    if not (form.validate() and is_proved(proof)):
        return _show(found, form, 422, proof=proof)
    services.change_endpoint(found, form.values())
    flash(_("“%(name)s” was saved.", name=found.name), "success")
    return go(url_for("webhooks.endpoint", endpoint_id=endpoint_id))


@blueprint.post("/<int:endpoint_id>/disabling")
@requires(Permission.EDIT_BUSINESS)
def disable(endpoint_id: int) -> BaseResponse:
    services.disable(queries.endpoint_named(endpoint_id, held=True))
    flash(_("Disabled. It is told nothing until you enable it."), "success")
    return go(url_for("webhooks.endpoint", endpoint_id=endpoint_id))


@blueprint.post("/<int:endpoint_id>/enabling")
@requires(Permission.EDIT_BUSINESS)
def enable(endpoint_id: int) -> BaseResponse:
    services.enable(queries.endpoint_named(endpoint_id, held=True))
    flash(_("Enabled. It is told what happens from now on, and what waited goes at once."), "success")
    return go(url_for("webhooks.endpoint", endpoint_id=endpoint_id))


@blueprint.post("/<int:endpoint_id>/secret")
@requires(Permission.EDIT_BUSINESS)
@keyless
def renew_secret(endpoint_id: int) -> BaseResponse:
    """Shows it once; asked for again, it is another one."""
    found, proof = queries.endpoint_named(endpoint_id, held=True), proof_form()
    if not is_proved(proof):
        return _show(found, _form_of(found), 422, secret_proof=proof)
    secret = services.renew_secret(found)
    return render("webhooks/secret.html", endpoint=found, secret=secret, is_new=False)


@blueprint.post("/<int:endpoint_id>/test")
@requires(Permission.EDIT_BUSINESS)
def send_test(endpoint_id: int) -> BaseResponse:
    with sendable():
        number = services.send_test(queries.endpoint_named(endpoint_id, held=True))
    return go(url_for("webhooks.log", delivery_id=number, address=endpoint_id))


@blueprint.post("/<int:endpoint_id>/removal")
@requires(Permission.EDIT_BUSINESS)
def remove(endpoint_id: int) -> BaseResponse:
    found = queries.endpoint_named(endpoint_id, held=True)
    services.remove(found)
    flash(_("“%(name)s” was removed.", name=found.name), "success")
    return go(url_for("webhooks.index"))


def _form_of(found: Endpoint) -> EndpointForm:
    """With what is kept, whatever was sent."""
    form = EndpointForm(formdata=None, obj=found)
    form.show(found)
    return form


def _show(
    found: Endpoint,
    form: EndpointForm,
    status: int = 200,
    kept: Sequence[tuple[str, str]] = (),
    *,
    proof: ProofForm | None = None,
    secret_proof: ProofForm | None = None,
) -> Response:
    """With a field for the password in the form, or where the secret is made anew."""
    response = render(
        "webhooks/endpoint.html",
        endpoint=found,
        form=form,
        kept=kept,
        proof_form=proof,
        secret_proof=secret_proof,
        about=ABOUT,
        readable=read(found.secret) is not None,
        overlaps=found.old_until is not None and found.old_until > dates.now(),
        why=WHY.get(found.disabled_why, "") if found.disabled_why else "",
    )
    response.status_code = status
    return response
