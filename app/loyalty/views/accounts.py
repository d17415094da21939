"""Money accounts that can pay in a program: adding, sharing, renaming, taking away (LP-4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.address import address
from app.errors import Problem
from app.loyalty import pages
from app.loyalty.forms.program import AccountForm
from app.loyalty.models import Wallet
from app.loyalty.queries import (
    account_named,
    accounts_of,
    lock_programs,
    program_named,
    programs_of_wallets,
)
from app.loyalty.queries import accounts as every_account
from app.loyalty.services import accounts as services
from app.loyalty.services.accounts import UsedByRulesError
from app.loyalty.views.blueprint import blueprint
from app.permissions import Permission, requires
from app.web import go

MOST_ACCOUNTS = 20


@blueprint.get("/programs/<int:program_id>/accounts")
@requires(Permission.READ_LOYALTY)
def accounts(program_id: int) -> BaseResponse:
    program, here = program_named(program_id), accounts_of(program_id)
    others = [each for each in every_account() if each.id not in {own.id for own in here}]
    titles = programs_of_wallets()
    return pages.show("loyalty/program/accounts.html", program, "accounts", accounts=here, others=others, titles=titles)


@blueprint.get("/programs/<int:program_id>/accounts/new")
@requires(Permission.EDIT_LOYALTY)
def add_account(program_id: int) -> BaseResponse:
    return _show_new(program_id, AccountForm())


@blueprint.post("/programs/<int:program_id>/accounts")
@requires(Permission.EDIT_LOYALTY)
def create_account(program_id: int) -> BaseResponse:
    lock_programs()
    program_named(program_id)
    form = AccountForm()
    if len(every_account()) >= MOST_ACCOUNTS:
        form.form_errors.append(_("A business has at most %(number)d accounts.", number=MOST_ACCOUNTS))
        return _show_new(program_id, form, 409)
    if not pages.taken(form, form.name, lambda: services.add_account(program_id, form.name.data, form.unit.data)):
        return _show_new(program_id, form, 422)
    flash(_("“%(name)s” was added.", name=form.name.data), "success")
    return _back(program_id)


@blueprint.post("/programs/<int:program_id>/accounts/sharing")
@requires(Permission.EDIT_LOYALTY)
def share_account(program_id: int) -> BaseResponse:
    lock_programs()
    program_named(program_id)
    wallet = next((each for each in every_account() if str(each.id) == request.form.get("account")), None)
    if wallet is None:
        raise NotFound
    services.share_account(program_id, wallet)
    flash(_("“%(name)s” pays here too from now on.", name=wallet.name), "success")
    return _back(program_id)


@blueprint.get("/programs/<int:program_id>/accounts/<int:account_id>")
@requires(Permission.EDIT_LOYALTY)
def edit_account(program_id: int, account_id: int) -> BaseResponse:
    wallet = account_named(program_id, account_id)
    form = AccountForm(obj=wallet)
    form.show(wallet)
    return _show_kept(program_id, wallet, form)


@blueprint.post("/programs/<int:program_id>/accounts/<int:account_id>")
@requires(Permission.EDIT_LOYALTY)
def change_account(program_id: int, account_id: int) -> BaseResponse:
    lock_programs()
    wallet = account_named(program_id, account_id)
    form = AccountForm(obj=wallet)
    if form.is_stale(wallet) and (differing := form.kept_words(wallet)):
        form.show(wallet)
        return _show_kept(program_id, wallet, form, 409, differing)
    if not pages.taken(form, form.name, lambda: services.change_account(wallet, form.name.data, form.unit.data)):
        return _show_kept(program_id, wallet, form, 422)
    flash(_("“%(name)s” was saved.", name=wallet.name), "success")
    return _back(program_id)


@blueprint.post("/programs/<int:program_id>/accounts/<int:account_id>/removal")
@requires(Permission.EDIT_LOYALTY)
def remove_account(program_id: int, account_id: int) -> BaseResponse:
    lock_programs()
    wallet = account_named(program_id, account_id)
    try:
        services.remove_account(program_id, wallet)
    except UsedByRulesError as used:
        raise Problem(
            409,
            _("Rules put money on “%(name)s”: %(rules)s.", name=wallet.name, rules=", ".join(used.names)),
            _("Change these rules first."),
        ) from None
    flash(_("“%(name)s” pays here no more. What is on it stays.", name=wallet.name), "success")
    return _back(program_id)


def _back(program_id: int) -> BaseResponse:
    return go(url_for("loyalty.accounts", program_id=program_id))


def _show_new(program_id: int, form: AccountForm, status: int = 200) -> BaseResponse:
    action = url_for("loyalty.create_account", program_id=program_id)
    return _show(program_id, form, status, title=_("New account"), action=action, kept=(), removal_href=None)


def _show_kept(
    program_id: int, wallet: Wallet, form: AccountForm, status: int = 200, kept: Sequence[tuple[str, str]] = ()
) -> BaseResponse:
    ids: dict[str, int | None] = {"program_id": program_id, "account_id": wallet.id}
    return _show(
        program_id,
        form,
        status,
        title=wallet.name,
        action=address("loyalty.change_account", **ids),
        kept=kept,
        removal_href=address("loyalty.remove_account", **ids),
    )


def _show(program_id: int, form: AccountForm, status: int, **context: Any) -> BaseResponse:
    back = url_for("loyalty.accounts", program_id=program_id)
    program = program_named(program_id)
    return pages.show("loyalty/program/account.html", program, "accounts", status, form=form, back=back, **context)
