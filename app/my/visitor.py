"""Who looks at a page of customers: someone at the door of a business, or a customer who signed in (MY-1, PR-1).

The address says whose page it is, so the panel's person in the same browser is of no account here: the unit of work is
nobody's of that business. Cookies are one for each business, as one browser may be signed in to several.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import g, make_response, render_template, request, url_for
from werkzeug.exceptions import Conflict, NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.businesses.models import Business
from app.businesses.queries import business_with_slug, own_business
from app.customers.models import Customer
from app.db import business_id, open_scope, rollback
from app.filters import Home, at_home
from app.links import logo_address
from app.locale import main_language, of_browser, read_by, speak
from app.messaging.queries import unread_on_page
from app.my.services import customer_signed_in
from app.scope import Scope
from app.web import SAFE_METHODS, go

YEAR = 365 * 24 * 3600
COOKIE = "regulars_my_"
SLUG = re.compile("[a-z0-9-]{1,63}")


@dataclass(frozen=True)
class Door:
    """A business as its customers see it, and who is signed in, if anyone."""

    business: Business
    customer: Customer | None = None

    @property
    def slug(self) -> str:
        return self.business.slug

    def href(self, endpoint: str, **ids: Any) -> str:
        return url_for(f"my.{endpoint}", slug=self.slug, **ids)


@dataclass(frozen=True)
class Visitor(Door):
    """A customer who is signed in."""

    customer: Customer

    @property
    def id(self) -> int:
        return self.customer.id

    @property
    def language(self) -> str:
        return read_by(self.customer.language)


AtDoor = Callable[..., BaseResponse]


def at_door(view: AtDoor) -> Callable[..., BaseResponse]:
    """For a view that anyone may see, signed in or not: it gets a Door, or a Visitor."""

    @wraps(view)
    def visit(slug: str, **ids: Any) -> BaseResponse:
        return view(_enter(slug), **ids)

    return visit


def signed_in(view: AtDoor) -> Callable[..., BaseResponse]:
    """For a view of one's own: it gets a Visitor, and who is none is led to sign in, and back."""

    @wraps(view)
    def visit(slug: str, **ids: Any) -> BaseResponse:
        door = _enter(slug)
        return view(door, **ids) if isinstance(door, Visitor) else _to_sign_in(door)

    return visit


def show(page: str, door: Door, status: int = 200, **context: Any) -> BaseResponse:
    """A page in the business's name and logo."""
    unread = unread_on_page(door.customer.id) if door.customer else 0
    logo = logo_address(door.business.logo_id) if door.business.logo_id else None
    face = {"door": door, "business": door.business.name, "logo": logo, "unread": unread}
    return make_response(render_template(page, **face, **context), status)


def held_token() -> str:
    """What this browser holds of a session in this business, living or not; '' for nothing."""
    return request.cookies.get(_cookie(), "")


def keep_token(response: BaseResponse, token: str) -> None:
    kept: dict[str, Any] = {"secure": request.is_secure, "httponly": True, "samesite": "Lax", "path": "/"}
    response.set_cookie(_cookie(), token, max_age=YEAR, **kept)


def drop_token(response: BaseResponse) -> None:
    response.delete_cookie(_cookie(), secure=request.is_secure, path="/")


def businesses_held() -> list[int]:
    """Where this browser may be signed in, by its cookies; whoever wrote them."""
    begin = f"__Host-{COOKIE}" if request.is_secure else COOKIE
    numbers = [name.removeprefix(begin) for name in request.cookies if name.startswith(begin)]
    return [int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 19]


def _enter(slug: str) -> Door:
    """Raises NotFound where no business has this short name."""
    number = business_with_slug(slug) if SLUG.fullmatch(slug) else None
    if number is None:
        raise NotFound
    rollback()
    # Without the address: what customers do themselves is in the log for good, and an erasure takes no line (CP-8).
    open_scope(Scope(number))
    business = own_business()
    at_home(Home(business.currency, business.time_zone))
    g.my_href = url_for("my.home", slug=slug)
    customer = customer_signed_in(held_token())
    speak(read_by(customer.language) if customer else of_browser(main_language()))
    if customer and request.form.get("whose", str(customer.id)) != str(customer.id):
        raise Conflict  # Of a page that was drawn for who was signed in here before.
    return Visitor(business, customer) if customer else Door(business)


def _to_sign_in(door: Door) -> BaseResponse:
    """A page is come back to afterwards; what a form was to do is not done."""
    home = door.href("home")
    asked = request.full_path.rstrip("?") if request.method in SAFE_METHODS else home
    later = {} if asked == home or request.headers.get("HX-Request") else {"next": asked}
    return go(door.href("sign_in", **later))


def _cookie() -> str:
    return f"{'__Host-' if request.is_secure else ''}{COOKIE}{business_id()}"
