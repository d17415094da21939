"""Which tablet asks: known by a cookie of its own, whoever is signed in to the panel beside it (KI-1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps

from flask import request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.businesses.models import Business
from app.businesses.queries import own_business
from app.businesses.services import kiosk_of_token
from app.customers.models import Customer
from app.db import open_scope
from app.filters import Home, at_home
from app.links import logo_address
from app.locale import LANGUAGES, main_language, speak, written_languages
from app.scope import Scope
from app.web import go

COOKIE = "regulars_kiosk"
LASTS = timedelta(days=400)
"""Browsers keep no cookie longer; each look-up has it begin anew."""


@dataclass(frozen=True)
class Tablet:
    """A Kiosk that is paired, in the scope of its business."""

    id: int
    terminal_id: int
    business: Business

    @property
    def languages(self) -> list[tuple[str, str]]:
        """Code and name of those that a visitor may choose, the business's main one first."""
        return [(code, LANGUAGES[code]) for code in written_languages() if code in LANGUAGES]

    @property
    def logo(self) -> str | None:
        return logo_address(self.business.logo_id) if self.business.logo_id else None

    def speak(self, customer: Customer | None = None) -> None:
        """Has the page be in the language that the visitor chose here, else in the visitor's own or the main one."""
        wanted = request.args.get("language"), customer.language if customer else "", main_language()
        speak(next((each for each in wanted if each in dict(self.languages)), next(iter(LANGUAGES))))
        at_home(Home(self.business.currency, self.business.time_zone))


View = Callable[..., BaseResponse]


def at_kiosk(view: View) -> View:
    """A view of a paired tablet, given to it first; one that is not paired, or not any more, is led to where it is."""

    @wraps(view)
    def visit(**arguments: object) -> BaseResponse:
        tablet = known_tablet()
        if tablet is None:
            return go(url_for("kiosk.index"))
        tablet.speak()
        return view(tablet, **arguments)

    return visit


def known_tablet() -> Tablet | None:
    """Opens the scope of its business; None for a tablet that is not paired."""
    found = kiosk_of_token(request.cookies.get(cookie_name(), ""))
    if found is None:
        return None
    open_scope(Scope(found.business_id, address=request.remote_addr or ""))
    return Tablet(found.id, found.terminal_id, own_business())


def remember(response: BaseResponse, token: str) -> BaseResponse:
    """Has the tablet keep who it is."""
    kept = {"secure": request.is_secure, "httponly": True, "samesite": "Lax", "path": "/"}
    response.set_cookie(cookie_name(), token, max_age=LASTS, **kept)  # type: ignore[arg-type]
    return response


def cookie_name() -> str:
    return f"__Host-{COOKIE}" if request.is_secure else COOKIE


def there(page: str, **arguments: object) -> str:
    """The address of a page of the Kiosk, in the language that was chosen."""
    return url_for(f"kiosk.{page}", language=request.args.get("language"), **arguments)  # type: ignore[arg-type]
