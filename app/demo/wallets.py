"""A customer's wallet as it fills, is spent, expires and is given back: every hundredth accounted for.

It keeps the rules of the ledger (RELIABILITY: money and points) on its own, without its code, so that checks of the
ledger over generated data mean something: lots are spent soonest-expiring first and never-expiring last, what was
taken from which lot is recorded, a lot past its date expires by an entry, a reversal gives back the same lots.
"""

from __future__ import annotations

from bisect import insort

from app.demo.book import Book, Movement, Portion, Sale, Subject
from app.demo.calendar import FOREVER
from app.ledger.models import EntryKind


class Holding:
    """One customer's wallet. Moments given to it never go back."""

    __slots__ = ("balance", "book", "customer", "open", "used", "wallet")

    def __init__(self, book: Book, customer: int, wallet: int) -> None:
        self.book = book
        self.customer = customer
        self.wallet = wallet
        self.balance = 0
        self.used = False
        self.open: list[Portion] = []
        """Portions with something left, soonest-expiring first."""

    def receive(self, at: int, kind: int, amount: int, key: str, sale: Sale, expires: int, note: str = "") -> Movement:
        self.expire(at)
        self.used = True
        movement = self._move(at, kind, amount, key, sale, sale, note)
        portion = Portion(movement, amount, amount, expires, len(self.book.portions), note)
        self.book.portions.append(portion)
        insort(self.open, portion)
        return movement

    def spend(self, at: int, amount: int, key: str, sale: Sale) -> Movement:
        """Takes an amount that the balance, after expire(), covers."""
        movement = self._move(at, EntryKind.SPENT, -amount, key, sale, sale, "")
        self._take(movement, amount)
        return movement

    def reverse(self, at: int, movement: Movement) -> None:
        """Undoes a movement: what it took goes back to the same portions, what it brought is taken from them."""
        sale = movement.sale
        back = self._move(at, EntryKind.REVERSED, -movement.amount, "reverse:%", movement, sale, "")
        back.reverses = movement
        if movement.amount < 0:
            for portion, amount in movement.takings or ():
                if not portion.remaining:
                    insort(self.open, portion)
                portion.remaining += amount
            return
        portion = next(portion for portion in self.open if portion.movement is movement)
        self.open.remove(portion)
        portion.remaining -= movement.amount
        back.takings = [(portion, movement.amount)]

    def expire(self, until: int) -> None:
        """Lets what is past its date expire, a second after it."""
        while self.open and self.open[0].expires < until:
            portion = self.open[0]
            movement = self._move(
                portion.expires + 1, EntryKind.EXPIRED, -portion.remaining, "expire:%", portion, None, ""
            )
            self._take(movement, portion.remaining)

    def soonest(self) -> tuple[int, int]:
        """When the next portions expire and how much they hold; FOREVER and 0 when none does."""
        if not self.open or self.open[0].expires == FOREVER:
            return FOREVER, 0
        first = self.open[0].expires
        return first, sum(portion.remaining for portion in self.open if portion.expires == first)

    def _take(self, movement: Movement, amount: int) -> None:
        movement.takings = []
        while amount:
            portion = self.open[0]
            part = min(amount, portion.remaining)
            portion.remaining -= part
            amount -= part
            movement.takings.append((portion, part))
            if not portion.remaining:
                del self.open[0]

    def _move(
        self,
        at: int,
        kind: int,
        amount: int,
        key: str,
        subject: Subject,
        sale: Sale | None,
        note: str,
    ) -> Movement:
        self.balance += amount
        place = sale.place if sale else None
        movement = Movement(at, self.customer, self.wallet, kind, amount, self.balance, key, subject, place, sale, note)
        self.book.movements.append(movement)
        return movement
