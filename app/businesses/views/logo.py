"""The business's logo, for anyone who is shown its address: the panel, its customers, who is invited (WL-1)."""

from __future__ import annotations

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app import pictures
from app.businesses.queries import own_business
from app.businesses.views.blueprint import blueprint
from app.db import open_scope, rollback
from app.lib.tokens import ForgedError
from app.links import logo_of
from app.permissions import Permission, requires
from app.scope import Scope


@blueprint.get("/logos/<logo_token>")
@requires(Permission.PUBLIC)
def logo(logo_token: str) -> BaseResponse:
    """The small version. One that is the logo no more is found no more."""
    try:
        business, picture = logo_of(logo_token)
    except ForgedError:
        raise NotFound from None
    rollback()
    open_scope(Scope(business))
    shown = pictures.of_ids({picture}).get(picture)
    if shown is None or own_business().logo_id != picture:
        raise NotFound
    return pictures.answer(picture, shown.digest, small=True)
