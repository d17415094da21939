"""What is said of series, coupons to print, gift cards and offers, and what a customer is to get."""

from app.offers.forms.giving import GiveForm
from app.offers.forms.others import GiftCardForm, OfferForm, OfferSaid, PrintForm
from app.offers.forms.series import SeriesForm, SeriesSaid

__all__ = ["GiftCardForm", "GiveForm", "OfferForm", "OfferSaid", "PrintForm", "SeriesForm", "SeriesSaid"]
