"""Invitations: written and looked after by administrators, taken by whoever has the link (PR-5)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.accounts import invitations
from app.accounts.invitations import AlreadyInvitedError, AlreadyUserError, NotOpenError
from app.accounts.models import Invitation
from app.accounts.proving import ProofForm, is_proved, proof_form
from app.accounts.queries import user_id_of
from app.accounts.services import create_user, wait_before_link_from
from app.accounts.user_forms import InvitationForm, NewAccountForm
from app.businesses.queries import franchisees, logo_href, own_business
from app.db import business_id, commit, open_scope, rollback
from app.errors import Problem
from app.extensions import db
from app.filters import language
from app.identity import person
from app.lib.tokens import ForgedError
from app.links import invitation_link, invited
from app.mail import leaves
from app.permissions import Permission, Role, requires
from app.scope import Scope
from app.web import go, render

blueprint = Blueprint("invitations", __name__)


@blueprint.get("/users/invitations/new")
@requires(Permission.EDIT_USERS)
def write() -> Response:
    return _show_form(_form(), proof_form())


@blueprint.post("/users/invitations")
@requires(Permission.EDIT_USERS)
def send() -> BaseResponse:
    form, proof = _form(), proof_form()
    if not (form.validate() and is_proved(proof)):
        return _show_form(form, proof, 422)
    try:
        asked = form.email.data, Role(form.role.data), form.franchisee_id.data, form.language.data
        invitation = invitations.invite(*asked)
    except AlreadyUserError:
        form.email.errors = [_("Who has this address is a user here already. If disabled, enable it again.")]
        return _show_form(form, proof_form(), 422)
    except AlreadyInvitedError:
        form.email.errors = [_("This address is invited already. Send the invitation anew from the list.")]
        return _show_form(form, proof_form(), 422)
    if not leaves():
        return go(url_for("invitations.one", invitation_id=invitation.id))
    flash(_("The invitation goes to %(email)s.", email=invitation.email), "success")
    return go(url_for("users.index", show="invited"))


@blueprint.get("/users/invitations/<int:invitation_id>")
@requires(Permission.EDIT_USERS)
def one(invitation_id: int) -> Response:
    """Where e-mails leave the house, only the letter has the link."""
    found = _kept(invitation_id)
    link = None if leaves() or found.accepted_at or found.withdrawn_at else invitation_link(found.id, found.serial)
    return render("accounts/invitation.html", invitation=found, role=Role(found.role), link=link)


@blueprint.post("/users/invitations/<int:invitation_id>/renewal")
@requires(Permission.EDIT_USERS)
def renew(invitation_id: int) -> BaseResponse:
    found = _held(invitation_id)
    _while_open(lambda: invitations.renew(found))
    if not leaves():
        flash(_("There is a new link; the old one no longer works."), "success")
        return go(url_for("invitations.one", invitation_id=invitation_id))
    flash(_("The invitation goes to %(email)s once more; the old link no longer works.", email=found.email), "success")
    return go(url_for("users.index", show="invited"))


@blueprint.post("/users/invitations/<int:invitation_id>/withdrawal")
@requires(Permission.EDIT_USERS)
def withdraw(invitation_id: int) -> BaseResponse:
    found = _held(invitation_id)
    _while_open(lambda: invitations.withdraw(found))
    flash(_("The invitation of %(email)s was withdrawn; its link no longer works.", email=found.email), "success")
    return go(url_for("users.index", show="invited"))


Visit = Callable[[int, Invitation], BaseResponse]


def _linked(view: Visit) -> Callable[[str], BaseResponse]:
    """A view for who holds the link in its address, in the business that invites. Says so where it leads nowhere."""

    @wraps(view)
    def visit(invite_token: str) -> BaseResponse:
        # What was read so far was of the business where this person works.
        rollback()
        try:
            business, invitation, serial = invited(invite_token)
            open_scope(Scope(business, _visitor(), address=request.remote_addr or ""))
            return view(serial, invitations.open_invitation(invitation, serial))
        except (ForgedError, NotOpenError):
            return _nowhere()

    return visit


@blueprint.get("/invitations/<invite_token>")
@requires(Permission.PUBLIC)
@_linked
def open_link(_serial: int, invitation: Invitation) -> BaseResponse:
    return _show_link(invitation, NewAccountForm())


@blueprint.post("/invitations/<invite_token>")
@requires(Permission.PUBLIC)
@_linked
def join(serial: int, invitation: Invitation) -> BaseResponse:
    """Joins with the account that is signed in, if it is the one invited; with a new one, where there is none."""
    if _is_theirs(invitation):
        invitations.join(invitation.id, serial, person().session_id)
        flash(_("Welcome to %(business)s.", business=own_business().name), "success")
        return redirect(url_for("accounts.home"), 303)
    form = NewAccountForm()
    if current_user.is_authenticated or _has_account(invitation):
        return _show_link(invitation, form, 409)
    form.known = [invitation.email, own_business().name]
    if not form.validate():
        return _show_link(invitation, form, 422)
    return _join_anew(invitation, serial, form)


def _join_anew(invitation: Invitation, serial: int, form: NewAccountForm) -> BaseResponse:
    business, number, email = business_id(), invitation.id, invitation.email
    rollback()
    if seconds := wait_before_link_from(request.remote_addr or "", "joining"):
        raise Problem(429, _("Too many attempts."), _("Wait %(seconds)s seconds and try again.", seconds=seconds))
    # The account is made by itself: should the next step fail, its owner signs in and takes the invitation so.
    try:
        user_id = create_user(email, form.name.data, form.password.data, language())
    except IntegrityError:
        return redirect(url_for("invitations.open_link", **(request.view_args or {})), 303)
    open_scope(Scope(business, user_id, address=request.remote_addr or ""))
    invitations.join(number, serial)
    commit()
    flash(_("Your account is ready. Sign in with your e-mail and the password you chose."), "success")
    return redirect(url_for("accounts.sign_in"), 303)


def _visitor() -> int | None:
    return current_user.user_id if current_user.is_authenticated else None


def _is_theirs(invitation: Invitation) -> bool:
    return bool(current_user.is_authenticated and current_user.email == invitation.email)


def _has_account(invitation: Invitation) -> bool:
    return user_id_of(invitation.email) is not None


def _show_link(invitation: Invitation, form: NewAccountForm, status: int = 200) -> BaseResponse:
    """What holds of the visitor: signed in as who is invited, or as another; with an account, or without one."""
    response = render(
        "accounts/join.html",
        invitation=invitation,
        role=Role(invitation.role),
        business=own_business(),
        logo=logo_href(),
        form=form,
        theirs=_is_theirs(invitation),
        other=current_user.email if current_user.is_authenticated and not _is_theirs(invitation) else None,
        has_account=_has_account(invitation),
    )
    response.status_code = status
    return response


def _nowhere() -> BaseResponse:
    rollback()
    open_scope(Scope(None, _visitor()))
    raise Problem(
        404,
        _("This invitation does not work any more."),
        _("It was used, withdrawn or sent anew, or its week is over. Ask who invited you for another one."),
    )


def _kept(invitation_id: int) -> Invitation:
    found = db.session.get(Invitation, (business_id(), invitation_id))
    if found is None:
        raise NotFound
    return found


def _held(invitation_id: int) -> Invitation:
    found = db.session.get(Invitation, (business_id(), invitation_id), with_for_update=True)
    if found is None:
        raise NotFound
    return found


def _while_open(act: Callable[[], None]) -> None:
    try:
        act()
    except NotOpenError:
        raise Problem(
            409, _("This invitation was taken or withdrawn meanwhile."), _("Look at the list of users.")
        ) from None


def _form() -> InvitationForm:
    form = InvitationForm(language=language(), role=str(Role.BRAND_OPERATOR))
    form.offer(franchisees())
    return form


def _show_form(form: InvitationForm, proof: ProofForm | None, status: int = 200) -> Response:
    response = render("accounts/invitation_form.html", form=form, proof_form=proof, by_mail=leaves())
    response.status_code = status
    return response
