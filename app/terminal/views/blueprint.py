"""The blueprint that all pages of the Terminal share."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("terminal", __name__, url_prefix="/terminal")
