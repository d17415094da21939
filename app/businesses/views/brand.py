"""A business's colour and icons, for anyone who is shown their addresses (WL-1)."""

from __future__ import annotations

import re
from functools import lru_cache
from io import BytesIO

from flask import Response, render_template
from PIL import Image
from sqlalchemy import select
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.businesses.queries import own_business
from app.businesses.views.blueprint import blueprint
from app.db import business_id, open_scope, rollback
from app.extensions import db
from app.lib import colours, icons
from app.lib.tokens import ForgedError
from app.links import icon_of
from app.permissions import Permission, requires
from app.pictures import Picture
from app.scope import Scope

FOREVER = "public, max-age=31536000, immutable"
"""What an address names never changes."""


@blueprint.get("/colours/<colour>.css")
@requires(Permission.PUBLIC)
def colours_css(colour: str) -> BaseResponse:
    """A style sheet that puts this colour in place of ours."""
    return _kept(Response(colours.style_sheet(_known(colour)), mimetype="text/css"))


@blueprint.get("/colours/<colour>.svg")
@requires(Permission.PUBLIC)
def colour_preview(colour: str) -> BaseResponse:
    """How a page looks in this colour, light and dark."""
    known = _known(colour)
    scenes = [colours.scene(known, ground) for ground in (colours.LIGHT, colours.DARK)]
    return _kept(Response(render_template("businesses/colour_preview.svg", scenes=scenes), mimetype="image/svg+xml"))


@blueprint.get("/icons/<icon_token>/<icon>.png")
@requires(Permission.PUBLIC)
def icon(icon_token: str, icon: str) -> BaseResponse:
    """One of a logo that is the business's no more is found no more."""
    try:
        business, picture, colour, letter = icon_of(icon_token)
    except ForgedError:
        raise NotFound from None
    if icon not in icons.NAMES:
        raise NotFound
    if picture and icon != icons.BADGE:
        return _kept(Response(_of_logo(_logo(business, picture), icon), mimetype=icons.CONTENT_TYPE))
    return _kept(Response(_of_letter(chr(letter), f"#{colour:06x}", icon), mimetype=icons.CONTENT_TYPE))


def _logo(business: int, picture: int) -> bytes:
    rollback()
    open_scope(Scope(business))
    if own_business().logo_id != picture:
        raise NotFound
    mine = Picture.business_id == business_id(), Picture.id == picture
    return db.session.execute(select(Picture.content).where(*mine)).scalar_one()


@lru_cache(maxsize=50)
def _of_logo(content: bytes, name: str) -> bytes:
    with Image.open(BytesIO(content)) as logo:
        return icons.of_logo(logo.convert("RGB"), name)


@lru_cache(maxsize=50)
def _of_letter(letter: str, colour: str, name: str) -> bytes:
    return icons.of_letter(letter, colour, name)


def _known(colour: str) -> str:
    if not re.fullmatch("[0-9a-f]{6}", colour):
        raise NotFound
    return f"#{colour}"


def _kept(response: Response) -> Response:
    response.headers["Cache-Control"] = FOREVER
    return response
