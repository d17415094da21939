"""The blueprint that all pages of customers share."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("my", __name__)
