"""Customers sign in to their page by a code, and out of it (MY-1)."""

from app.my.services.codes import CodeLimitError, CodeOverError, WrongCodeError, code_asked, send_code, take_code
from app.my.services.forgetting import forget_old, forget_sign_ins
from app.my.services.phones import somebody_has
from app.my.services.sessions import customer_signed_in, end_session, end_sessions, open_session

__all__ = [
    "CodeLimitError",
    "CodeOverError",
    "WrongCodeError",
    "code_asked",
    "customer_signed_in",
    "end_session",
    "end_sessions",
    "forget_old",
    "forget_sign_ins",
    "open_session",
    "send_code",
    "somebody_has",
    "take_code",
]
