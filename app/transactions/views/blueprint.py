"""The blueprint that all pages of transactions share."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("transactions", __name__)
