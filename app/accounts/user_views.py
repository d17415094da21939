"""Users of the business: the list, one's role and access, the second factor of all (PR-1, PR-5)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.accounts import users
from app.accounts.models import Membership, User
from app.accounts.proving import ProofForm, is_proved, proof_form
from app.accounts.user_forms import RoleForm
from app.accounts.user_list import ARGUMENTS, UserList, colleague_sessions, terminals_of
from app.accounts.users import OwnAccountError
from app.address import takes
from app.businesses.queries import franchisees, own_business
from app.db import business_id
from app.errors import Problem
from app.extensions import db
from app.identity import person
from app.mail import leaves
from app.permissions import Permission, Role, requires
from app.web import go, render

blueprint = Blueprint("users", __name__, url_prefix="/users")


@blueprint.get("")
@requires(Permission.EDIT_USERS)
@takes(*ARGUMENTS)
def index() -> Response:
    return render(
        "accounts/users.html",
        listed=UserList(request.args),
        by_mail=leaves(),
        demanded=own_business().second_factor_required,
        me=person().user_id,
    )


@blueprint.get("/<int:user_id>")
@requires(Permission.EDIT_USERS)
def user(user_id: int) -> Response:
    member = _member(user_id)
    form = _form(member)
    form.show(member)
    return _show(member, form, proof_form())


@blueprint.post("/<int:user_id>")
@requires(Permission.EDIT_USERS)
def change_role(user_id: int) -> BaseResponse:
    member = _colleague(user_id)
    form = _form(member)
    if form.is_stale(member) and (kept := form.kept_words(member)):
        form.show(member)
        return _show(member, form, proof_form(), 409, kept)
    proof = proof_form()
    if not (form.validate() and is_proved(proof)):
        return _show(member, form, proof, 422)
    users.change_role(member, Role(form.role.data), form.franchisee_id.data)
    flash(_("The role was saved. It holds from the next click on."), "success")
    return go(url_for("users.user", user_id=user_id))


@blueprint.post("/<int:user_id>/disabling")
@requires(Permission.EDIT_USERS)
def disable(user_id: int) -> BaseResponse:
    users.disable(_colleague(user_id))
    flash(_("Disabled. This person is signed out and can no longer work here."), "success")
    return go(url_for("users.user", user_id=user_id))


@blueprint.post("/<int:user_id>/enabling")
@requires(Permission.EDIT_USERS)
def enable(user_id: int) -> BaseResponse:
    member, proof = _colleague(user_id), proof_form()
    if not is_proved(proof):
        return _show(member, _form(member), proof, 422, enabling=True)
    users.enable(member)
    flash(_("Enabled. This person can sign in again."), "success")
    return go(url_for("users.user", user_id=user_id))


@blueprint.post("/<int:user_id>/sessions/ending")
@requires(Permission.EDIT_USERS)
def end_sessions(user_id: int) -> BaseResponse:
    ended = users.end_sessions(_colleague(user_id))
    words = ngettext("Signed out of %(num)d device.", "Signed out of %(num)d devices.", ended)
    flash(words if ended else _("This person was signed in nowhere."), "success")
    return go(url_for("users.user", user_id=user_id))


@blueprint.get("/second-factor")
@requires(Permission.EDIT_USERS)
def ask_for_second_factor() -> Response:
    return _ask(proof_form())


@blueprint.post("/second-factor")
@requires(Permission.EDIT_USERS)
def demand_second_factor() -> BaseResponse:
    demanded, proof = request.form.get("demanded") == "yes", proof_form()
    if not is_proved(proof):
        return _ask(proof, 422)
    users.demand_second_factor(demanded)
    flash(
        _("Everyone now needs a second factor. Who has none sets one up at the next click.")
        if demanded
        else _("A second factor is each person's own choice again."),
        "success",
    )
    return go(url_for("users.index"))


def _ask(proof: ProofForm | None, status: int = 200) -> Response:
    """What it means to demand a second factor of all, or to leave it to each again."""
    response = render(
        "accounts/second_factor_of_all.html",
        listed=UserList({}),
        demanded=own_business().second_factor_required,
        proof_form=proof,
    )
    response.status_code = status
    return response


def _colleague(user_id: int) -> Membership:
    try:
        return users.colleague_to_change(user_id)
    except OwnAccountError:
        raise Problem(
            409,
            _("Nobody changes their own role or access."),
            _("Ask another administrator of the business to do it."),
        ) from None


def _member(user_id: int) -> Membership:
    found = db.session.get(Membership, (business_id(), user_id))
    if found is None:
        raise NotFound
    return found


def _form(member: Membership) -> RoleForm:
    form = RoleForm(obj=member)
    form.offer(franchisees(), member.franchisee_id)
    return form


def _show(
    member: Membership,
    form: RoleForm,
    proof: ProofForm | None,
    status: int = 200,
    kept: Sequence[tuple[str, str]] = (),
    *,
    enabling: bool = False,
) -> Response:
    """`enabling` leaves out the role, so that the proof stands with what waits for it."""
    response = render(
        "accounts/user.html",
        user=db.session.get_one(User, member.user_id),
        member=member,
        form=form,
        proof_form=proof,
        kept=kept,
        enabling=enabling,
        is_me=member.user_id == person().user_id,
        sessions=colleague_sessions().get(member.user_id),
        terminals=terminals_of(member.user_id) if member.role == Role.SALESPERSON else [],
    )
    response.status_code = status
    return response
