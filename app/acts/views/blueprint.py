"""The blueprint that the views of acts hang on."""

from flask import Blueprint

blueprint = Blueprint("acts", __name__)
