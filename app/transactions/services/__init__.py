"""Selling: one way for Terminal, API and panel to quote, to sell and to cancel (TE-2, TE-5)."""

from app.transactions.money import in_money, pays_whole
from app.transactions.services.adjusting import Adjustment, adjust
from app.transactions.services.basket import Basket, BasketLine, Brought, Figures, Refusal, RefusedError, gross_of
from app.transactions.services.brought import BroughtRefusedError, Carried
from app.transactions.services.cancelling import AlreadyCancelledError, cancel_sale
from app.transactions.services.pins import PinLimitError, PinOverError, SentPin, WrongPinError, check_pin, send_pin
from app.transactions.services.quoting import Quote, quote
from app.transactions.services.selling import PinNeededError, QuoteChangedError, Sale, sell
from app.transactions.services.shortfall import MissingError, missing_words

__all__ = [
    "Adjustment",
    "AlreadyCancelledError",
    "Basket",
    "BasketLine",
    "Brought",
    "BroughtRefusedError",
    "Carried",
    "Figures",
    "MissingError",
    "PinLimitError",
    "PinNeededError",
    "PinOverError",
    "Quote",
    "QuoteChangedError",
    "Refusal",
    "RefusedError",
    "Sale",
    "SentPin",
    "WrongPinError",
    "adjust",
    "cancel_sale",
    "check_pin",
    "gross_of",
    "in_money",
    "missing_words",
    "pays_whole",
    "quote",
    "sell",
    "send_pin",
]
