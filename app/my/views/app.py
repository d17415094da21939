"""The customer's page as an app: what a browser needs to install it in the business's name, and to open it without a
connection (MY-1, WL-1).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import cast

from flask import Response, current_app
from werkzeug.wrappers import Response as BaseResponse

from app.businesses.queries import own_brand
from app.filters import language
from app.messaging.services.subscriptions import application_key
from app.my.views.blueprint import blueprint
from app.my.visitor import Door, at_door, show
from app.permissions import Permission, requires

GROUND = "#f5f4f2"
"""While it opens: that of our pages by daylight."""


@blueprint.get("/my/<slug>/manifest.webmanifest")
@requires(Permission.PUBLIC)
@at_door
def manifest(door: Door) -> BaseResponse:
    brand, home = own_brand(), door.href("home")
    assert brand is not None  # noqa: S101 - at a door stands a business
    said = {
        "id": home,
        "start_url": home,
        "scope": home,
        "name": brand.name,
        "short_name": brand.name,
        "lang": language(),
        "display": "standalone",
        "background_color": GROUND,
        "theme_color": brand.shown_colour,
        "icons": [_icon(brand.icon, side, purpose) for side in (192, 512) for purpose in ("any", "maskable")],
    }
    return Response(json.dumps(said, ensure_ascii=False), mimetype="application/manifest+json")


@blueprint.get("/my/<slug>/worker.js")
@requires(Permission.PUBLIC)
@at_door
def worker(door: Door) -> BaseResponse:
    """Of this business's pages alone. It changes whenever what it keeps does, so browsers take the new one."""
    kept = {"home": door.href("home"), "offline": door.href("offline"), "files": _files(), "language": language()}
    kept |= {"renewal": door.href("renew_pushes"), "key": application_key()}
    version = hashlib.sha256(json.dumps(kept).encode()).hexdigest()[:12]
    script = f"const LOOK = {json.dumps({**kept, 'version': version})};\n{_source()}"
    response = Response(script, mimetype="text/javascript")
    response.headers["Service-Worker-Allowed"] = door.href("home")
    return response


@blueprint.get("/my/<slug>/offline")
@requires(Permission.PUBLIC)
@at_door
def offline(door: Door) -> BaseResponse:
    """What the worker keeps for when there is no connection: of the business, and nobody's."""
    return show("my/offline.html", Door(door.business))


def _icon(base: str, side: int, purpose: str) -> dict[str, str]:
    name = f"{side}" if purpose == "any" else f"maskable-{side}"
    return {"src": f"{base}/{name}.png", "sizes": f"{side}x{side}", "type": "image/png", "purpose": purpose}


def _files() -> list[str]:
    """What the page without a connection is drawn with."""
    brand, asset = own_brand(), cast(Callable[[str], str], current_app.jinja_env.globals["asset"])
    names = ("app.css", "my.css", "fonts/inter-latin.woff2", "fonts/inter-cyrillic.woff2")
    ours = [brand.style_sheet, brand.logo] if brand else []
    return [*(asset(name) for name in names), *(each for each in ours if each)]


@cache
def _source() -> str:
    return (Path(current_app.root_path).parent / "static" / "workers" / "my.js").read_text(encoding="utf-8")
