"""The blueprint that all pages of places share."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("businesses", __name__)
