"""The blueprint that all pages of loyalty settings share."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("loyalty", __name__)
