"""A page of the person's own profile: at which balances to be told, and how; and what was told lately (BI-2)."""

from __future__ import annotations

from pathlib import Path

from flask import Response, current_app, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.own_pages import show_page
from app.accounts.queries import own_account
from app.billing.queries import balance, own_notice
from app.billing.services import keep_notice
from app.errors import Problem
from app.messaging.gateways.base import Subscription
from app.messaging.notice_form import BrowserForm, NoticeForm
from app.messaging.queries import own_letters
from app.messaging.services.browsers import add_browser, browsers_of, remove_browser
from app.messaging.services.subscriptions import application_key
from app.messaging.views.blueprint import blueprint
from app.messaging.words import Words
from app.permissions import Permission, requires
from app.web import go


@blueprint.get("/profile/notifications")
@requires(Permission.READ_BILLING)
def notifications() -> BaseResponse:
    form = _form()
    form.show(own_notice())
    return _show(form)


@blueprint.post("/profile/notifications")
@requires(Permission.READ_BILLING)
def keep_notifications() -> BaseResponse:
    form, account = _form(), own_account()
    if not form.reaches(account, len(browsers_of(account.id))):
        return _show(form, 422)
    keep_notice(form.amounts, form.channels)
    flash(_("You are told when the balance falls.") if form.amounts else _("You are told nothing now."), "success")
    return go(url_for("messaging.notifications"))


@blueprint.post("/profile/notifications/browsers")
@requires(Permission.READ_BILLING)
def receive_pushes() -> BaseResponse:
    form = BrowserForm()
    try:
        if not application_key() or not form.validate():
            raise ValueError
        browser = Subscription(*(form[name].data or "" for name in ("endpoint", "p256dh", "auth")))
        add_browser(browser, request.headers.get("User-Agent", ""))
    except ValueError:
        raise Problem(400, _("This browser did not say where it receives pushes.")) from None
    flash(_("This browser receives pushes now."), "success")
    return go(url_for("messaging.notifications"))


@blueprint.post("/profile/notifications/browsers/<int:browser_id>/removal")
@requires(Permission.READ_BILLING)
def stop_pushes(browser_id: int) -> BaseResponse:
    if not remove_browser(browser_id):
        raise NotFound
    flash(_("That browser receives no more pushes."), "success")
    return go(url_for("messaging.notifications"))


@blueprint.get("/push-worker.js")
@requires(Permission.PUBLIC)
def push_worker() -> BaseResponse:
    """At an address that stays: a browser keeps it for as long as it receives pushes."""
    script = Path(current_app.root_path).parent / "static" / "workers" / "push.js"
    return Response(script.read_text(encoding="utf-8"), mimetype="text/javascript")


def _form() -> NoticeForm:
    form = NoticeForm()
    if not application_key():
        del form.by_push
    return form


def _show(form: NoticeForm, status: int = 200) -> BaseResponse:
    account = own_account()
    return show_page(
        "notifications",
        "messaging/notifications.html",
        status,
        form=form,
        account=account,
        balance=balance(),
        push_key=application_key(),
        browsers=browsers_of(account.id),
        letters=own_letters(account.id),
        words=Words(),
    )
