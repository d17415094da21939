"""Structured logs: one JSON line an event, without phones and e-mails (RELIABILITY: security)."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog
from flask import Flask, Response, g, request
from flask_login import current_user

from app.lib import dates

# Seven digits or more, however they are parted, are taken for a phone or a card.
_NUMBER = re.compile(r"(?<![\w.])\+?\d(?:[\s().\-]{0,2}\d){6,}")
_EMAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+\.\w+")
# Whoever has a link of a message or a letter may do what it says, so it is nobody's to read out of a log.
_LINK = re.compile(r"/([ul]|invitations|forgotten-password)/[\w-]{8,}")
# An act's file would write a hundred lines about its fonts.
_CHATTY = ("fontTools", "weasyprint")
_PLAIN = {"timestamp", "ms", "level", "status", "user", "business", "ip"}


def init_app(app: Flask) -> None:
    level = getattr(logging, app.config["REGULARS"].log_level)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                mask,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            foreign_pre_chain=[structlog.stdlib.add_log_level, structlog.processors.TimeStamper(fmt="iso")],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    app.before_request(_start)
    app.after_request(_log_request)


def mask(_logger: Any, _method: str, event: Any) -> Any:
    """Replaces what reads like a phone, a card or an e-mail in every text of a log line."""
    return {name: value if name in _PLAIN else _masked(value) for name, value in event.items()}


def _masked(value: object) -> object:
    if isinstance(value, str):
        return _LINK.sub(r"/\1/[link]", _NUMBER.sub("[number]", _EMAIL.sub("[e-mail]", value)))
    if isinstance(value, dict):
        return {name: _masked(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(each) for each in value]
    return value


def _start() -> None:
    g.started = dates.now()


def _log_request(response: Response) -> Response:
    # The path alone: what people typed never stands in a log.
    structlog.get_logger("request").info(
        request.method,
        path=request.path,
        status=response.status_code,
        ms=round((dates.now() - g.started).total_seconds() * 1000, 1) if "started" in g else None,
        user=getattr(current_user, "user_id", None),
        key=getattr(current_user, "key_id", None),
    )
    return response
