"""What every request goes through and how every answer is given: one way in, one way out."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Response, abort, current_app, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as BaseResponse

from app import form_keys, unsent_forms
from app.address import UNSENT, Number, refuse_unknown
from app.db import commit, open_scope, rollback
from app.errors import LeftBusiness, Problem, WayBack, page_at, problem_of
from app.extensions import csrf, htmx, login_manager
from app.identity import at_terminal, identify, is_call
from app.lib.texts import has_control_characters
from app.permissions import Permission, permission_of
from app.problems import problem_answer
from app.scope import Scope

Answer = BaseResponse | str | tuple[str, int]

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self'; style-src 'self'; object-src 'none';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), payment=(), usb=()",
}
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class Panel(Flask):
    """Flask with one unit of work a request: committed when the view did well, given up otherwise."""

    def add_url_rule(
        self, rule: str, endpoint: str | None = None, view_func: Any = None, *args: Any, **options: Any
    ) -> None:
        """Takes views that name their permission. Raises RuntimeError for one that forgot it."""
        if view_func is not None and not isinstance(getattr(view_func, "permission", None), Permission):
            raise RuntimeError(f"The view of {rule} names no permission: decorate it with requires().")
        super().add_url_rule(rule, endpoint, view_func, *args, **options)

    def dispatch_request(self) -> Response:
        response = self.make_response(super().dispatch_request())
        if response.status_code >= 400:
            rollback()
        else:
            if not is_call(request):
                form_keys.remember(response)
                unsent_forms.forget(response)
            commit()
        return response


def init_app(app: Flask) -> None:
    """Hangs the way of a request onto the application."""
    app.url_map.converters["int"] = Number
    login_manager.init_app(app)
    login_manager.request_loader(identify)
    csrf.init_app(app)
    htmx.init_app(app)
    app.before_request(_enter)
    app.after_request(_finish)
    app.register_error_handler(Exception, _show_error)


def render(page: str, partial: str | None = None, **context: object) -> Response:
    """The partial for an HTMX request that swaps a piece, the whole page for anyone else.

    A page that extends `layout` needs no partial: HTMX gets its title and content without the panel around them.
    """
    asked = request.htmx  # type: ignore[attr-defined]
    piece = bool(asked) and not asked.boosted and not asked.history_restore_request
    layout = "layouts/piece.html" if piece else "layouts/panel.html"
    response = make_response(render_template(partial if piece and partial else page, layout=layout, **context))
    response.vary.update(("HX-Request", "HX-Target"))
    return response


def go(address: str, refresh_htmx: bool = True) -> BaseResponse:
    """Sends the browser on after a change that is done: a redirect, or for HTMX a new page."""
    if request.htmx and refresh_htmx:  # type: ignore[attr-defined]
        response = make_response("", 204)
        response.headers["HX-Redirect"] = address
        return response
    return redirect(address, 303)


def invalid(page: str, partial: str | None = None, **context: object) -> Response:
    """A form that could not be taken, with what is wrong beside its fields: 422."""
    response = render(page, partial, **context)
    response.status_code = 422
    return response


def page_of(address: str) -> str:
    """The path and query of an address that a browser reports; nothing of one that cannot be read."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts.path + ("?" + parts.query if parts.query else "")


def own_address(target: str, otherwise: str) -> str:
    """`target` when it is a page of this application that can be shown, else `otherwise`."""
    if not target.startswith("/") or target.startswith(("//", "/\\")):
        return otherwise
    if has_control_characters(target):
        return otherwise
    try:
        current_app.url_map.bind("").match(urlsplit(target).path, method="GET")
    except (HTTPException, RequestRedirect):
        return otherwise
    return target


def _enter() -> BaseResponse | None:
    """Decides whether this person may, and opens the scope that the view works in."""
    if is_call(request):  # app/api lets callers in by itself: they have keys, and neither cookies nor forms
        open_scope(Scope(None))
        return None
    view = current_app.view_functions.get(request.endpoint or "")
    permission = permission_of(view) if view else Permission.PUBLIC
    _limit_form()
    if not current_user.is_authenticated:
        open_scope(Scope(None))
        if permission is not Permission.PUBLIC:
            return _to_sign_in()
    else:
        open_scope(current_user.scope(request.remote_addr or ""))
        if _at_work() and not at_terminal(request):
            unsent_forms.note_workplace()
        _refuse_other_business()
        if _is_piece_of_other_business():
            return _draw_anew()
        if permission not in (Permission.PUBLIC, Permission.SIGNED_IN) and (first := _before_work()):
            return go(first)
    if current_user.is_authenticated and not current_user.may(permission):
        abort(403)
    _refuse_unreadable()
    if view:
        refuse_unknown(view, request.args)
    if request.method not in SAFE_METHODS:
        return _check_change(view)
    return unsent_forms.resume() if view and _at_work() and UNSENT in request.args else None


def _before_work() -> str | None:
    """The page that comes first, for who cannot work in a business yet."""
    if current_user.workplace is None:
        return url_for("accounts.choose_business")
    return url_for("second_factor.index") if current_user.owes_second_factor else None


def _at_work() -> bool:
    return current_user.is_authenticated and current_user.workplace is not None


def _limit_form() -> None:
    """A form without files is as large as its fields may be: it is read whole, where those with files are streamed."""
    if request.mimetype == "application/x-www-form-urlencoded":
        request.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]


def _refuse_other_business() -> None:
    """A form is meant for one business (PR-1); asked before permissions, as the role in another says nothing of it."""
    meant = request.form.get("business_id") if request.method not in SAFE_METHODS else None
    if meant is not None and current_user.workplace is not None and meant != str(current_user.workplace.id):
        raise LeftBusiness(_way_back(meant))


def _way_back(meant: str) -> WayBack | None:
    """To the form as filled in, which is kept meanwhile; None where it stays on its page, or cannot be kept."""
    own = {str(number): name for number, name, _role in current_user.businesses}
    if request.htmx or at_terminal(request) or meant not in own or _is_foreign():  # type: ignore[attr-defined]
        return None
    key = unsent_forms.keep_for(current_user.user_id, int(meant))
    return WayBack(int(meant), own[meant], _page_with(page_of(request.referrer or ""), key)) if key else None


def _is_piece_of_other_business() -> bool:
    """Whether a page of one business asks for rows after a switch in another tab: they would stand under its name."""
    shown = request.headers.get("X-Business")
    return shown is not None and (current_user.workplace is None or shown != str(current_user.workplace.id))


def _draw_anew() -> BaseResponse:
    """Makes HTMX load its whole page again."""
    response = make_response("", 204)
    response.headers["HX-Refresh"] = "true"
    return response


def _refuse_unreadable() -> None:
    """Text with a NUL can be kept nowhere, so it is refused before anyone meets it."""
    fields = [*request.args.items(multi=True)]
    if request.method not in SAFE_METHODS:
        fields += [*request.form.items(multi=True)]
    if any("\0" in name or "\0" in value for name, value in fields):
        raise Problem(400, _("This contains a character that no text can have."), _("Remove it and send it again."))


def _check_change(view: object) -> BaseResponse | None:
    """What a change must bring: a token of our own page, a key not yet used."""
    if _is_foreign():
        raise Problem(400, _("This was sent from another site, so it was not carried out."))
    if form_keys.is_sealed(view):
        return None
    try:
        csrf.protect()
    except CSRFError:
        if (shown := _shown_again()) is None:
            raise
        return shown
    if not _at_work() or form_keys.is_keyless(view):
        return None
    answer = form_keys.answered_before()
    return go(answer) if answer is not None else None


def _is_foreign() -> bool:
    origin = request.headers.get("Origin")
    return bool(origin) and str(origin).partition("://")[2] != request.host


def _shown_again() -> BaseResponse | None:
    """A form of our own page whose token is no longer good, as after signing in anew in another tab, as filled in."""
    if not (_at_work() and request.headers.get("Origin")):
        return None
    return unsent_forms.rehearse(request.path, unsent_forms.fields_sent())


def _to_sign_in() -> BaseResponse:
    if at_terminal(request):
        return go(url_for("terminal.sign_in"))
    shown = request.full_path.rstrip("?")
    if request.htmx or request.method not in SAFE_METHODS:  # type: ignore[attr-defined]
        shown = page_of(request.headers.get("HX-Current-URL") or request.referrer or "")
    if request.method not in SAFE_METHODS and not _is_foreign() and (key := unsent_forms.keep()):
        shown = _page_with(shown, key)
    return go(url_for("accounts.sign_in", next=shown) if shown else url_for("accounts.sign_in"))


def _page_with(shown: str, key: UUID) -> str:
    """The page that a form stood on, else the first one, with the form that is kept."""
    return unsent_forms.named_in(own_address(shown, url_for("accounts.home")), key)


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    # Pages show people's data: nothing of them stays in a cache of the browser or on the way.
    response.headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response


def _show_error(error: Exception) -> BaseResponse:
    """A page that says what happened and what to do; for HTMX a toast that says the same."""
    if isinstance(error, RequestRedirect):
        return error.get_response()
    rollback()
    if not isinstance(error, HTTPException):
        current_app.logger.exception("request failed")
    _know_person()
    if is_call(request):
        return problem_answer(error)
    if isinstance(error, CSRFError):
        error = Problem(400, _("This page was open for too long."), _("Reload it and send it again."))
    problem = problem_of(error)
    if request.htmx:  # type: ignore[attr-defined]
        response = make_response("", problem.status)
        toast = {"toast": {"kind": "error", "text": f"{problem.title} {problem.advice}".strip()}}
        response.headers["HX-Trigger"] = json.dumps(toast)
        response.headers["HX-Reswap"] = "none"
        return response
    return make_response(render_template(page_at(request.path), problem=problem), problem.status)


def _know_person() -> None:
    """Sees to it that the error page can ask who looks at it: nobody, while the database is away."""
    try:
        current_user.is_authenticated  # noqa: B018 - asking loads the person
    except SQLAlchemyError:
        g._login_user = login_manager.anonymous_user()
