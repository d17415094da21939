"""Requisites kept, months closed, acts issued, corrected, drawn and marked."""

from app.acts.services.closing import close_months, work
from app.acts.services.correcting import NothingToCorrectError, correct_charges, correct_requisites
from app.acts.services.drawing import draw_act
from app.acts.services.executors import set_executor
from app.acts.services.issuing import draft_of, issue
from app.acts.services.requisites import keep_requisites
from app.acts.services.standing import mark

__all__ = [
    "NothingToCorrectError",
    "close_months",
    "correct_charges",
    "correct_requisites",
    "draft_of",
    "draw_act",
    "issue",
    "keep_requisites",
    "mark",
    "set_executor",
    "work",
]
