"""The blueprint that all pages of customers share."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("customers", __name__, url_prefix="/customers")
