"""What the messaging views hang on."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("messaging", __name__)
