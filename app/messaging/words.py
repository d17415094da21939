"""How channels, kinds, statuses and reasons of messages are called (MS-1)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from functools import cached_property

from flask_babel import gettext as _
from flask_babel import pgettext

from app.lib import dates
from app.messaging.models import Channel, Direction, MessageKind, MessageStatus, Reason


class Reading(StrEnum):
    """Whether the customer opened a message on its own page; over, it is Expired whether it was opened or not."""

    NEW = "new"
    READ = "read"
    EXPIRED = "expired"


def reading_of(ends_at: datetime | None, read_at: datetime | None) -> Reading:
    if ends_at is not None and ends_at <= dates.now():
        return Reading.EXPIRED
    return Reading.NEW if read_at is None else Reading.READ


class Words:
    """Looked up once for a page."""

    @cached_property
    def channel_words(self) -> dict[Channel, str]:
        return {
            Channel.SMS: _("SMS"),
            Channel.PUSH: _("Push"),
            Channel.EMAIL: _("E-mail"),
            Channel.VIBER: _("Viber"),
            Channel.PANEL: _("Panel"),
        }

    @cached_property
    def status_words(self) -> dict[MessageStatus, str]:
        return {
            MessageStatus.QUEUED: _("Queued"),
            MessageStatus.HELD: _("Held back"),
            MessageStatus.UNPAID: _("Unpaid"),
            MessageStatus.SENT: _("Sent"),
            MessageStatus.UNKNOWN: _("Unknown"),
            MessageStatus.DELIVERED: _("Delivered"),
            MessageStatus.FAILED: _("Failed"),
            MessageStatus.REJECTED: _("Rejected"),
            MessageStatus.READ: _("Seen"),
        }

    @cached_property
    def direction_words(self) -> dict[Direction, str]:
        return {Direction.OUT: _("Outgoing"), Direction.IN: _("Incoming")}

    @cached_property
    def reading_words(self) -> dict[Reading, str]:
        return {Reading.NEW: _("New"), Reading.READ: _("Read"), Reading.EXPIRED: pgettext("message", "Expired")}

    @cached_property
    def kind_words(self) -> dict[MessageKind, str]:
        """What a message is for."""
        return {
            MessageKind.TRANSACTION: _("Notice of a sale"),
            MessageKind.WELCOME: _("Welcome"),
            MessageKind.PIN: _("PIN"),
            MessageKind.COUPON: _("Coupon"),
            MessageKind.BULK: _("Message"),
            MessageKind.NEWS: _("News"),
            MessageKind.NOTICE: _("Notice"),
        }

    def title_of(self, kind: MessageKind, incoming: bool) -> str:
        """What a message without a title is called."""
        return _("Message") if incoming else self.kind_words[kind]

    def reason_words(self, reason: str) -> str:
        """Why it is held, failed or was rejected; what a gateway said stays as it said it."""
        return self._reasons.get(reason, reason)

    @cached_property
    def _reasons(self) -> dict[str, str]:
        return {
            Reason.QUIET: _("Waits until the quiet hours are over"),
            Reason.NO_MONEY: _("The prepaid balance does not cover it"),
            Reason.LATE: _("Was not sent in time, and is of no use any more"),
            Reason.REPLACED: _("The PIN was used, or another took its place"),
            Reason.NO_ANSWER: _("The gateway gave no answer"),
            Reason.NOT_SENT: _("Someone here said that it did not arrive"),
            Reason.NO_ADDRESS: _("There is nowhere to send it"),
            Reason.OPTED_OUT: _("The customer wants no such messages"),
            Reason.NO_CONSENT: _("The customer does not agree to the use of its data"),
            Reason.BLACKLISTED: _("The customer is blacklisted"),
            Reason.LEFT: _("The customer left the program"),
            Reason.ERASED: _("The customer was deleted"),
            Reason.NOT_CONFIRMED: _("Participation is not confirmed"),
            Reason.REFUSED: _("The gateway refused it"),
            Reason.UNDONE: _("What it tells of was undone"),
        }
