"""Pictures of the demonstration's news: plain shapes in the colours of the panel, the same every time."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

from PIL import Image, ImageDraw, ImageOps

from app.lib.images import Drawn, drawn

DEEP, ACCENT, MID, LIGHT, SOFT = "#0c2d84", "#2657d0", "#5f8bea", "#b4cbf9", "#dee8fd"
PAPER, SAND, WARM, CLAY, INK = "#f9f6f2", "#eadcc9", "#e3b47d", "#b97340", "#1a263f"
WIDTH, HEIGHT = 1200, 800
_FINE = 2
"""Drawn so many times larger, so that edges are smooth."""


class Board:
    """A ground that runs from one colour above to another below, and shapes on it, in pixels of the picture."""

    def __init__(self, above: str, below: str) -> None:
        ground = Image.linear_gradient("L").resize((WIDTH * _FINE, HEIGHT * _FINE))
        self.image = ImageOps.colorize(ground, above, below)
        self._draw = ImageDraw.Draw(self.image)

    def disc(self, x: float, y: float, radius: float, colour: str, flat: float = 1) -> None:
        self._draw.ellipse(_fine(x - radius, y - radius * flat, x + radius, y + radius * flat), colour)

    def ring(self, x: float, y: float, radius: float, width: float, colour: str) -> None:
        self._draw.ellipse(
            _fine(x - radius, y - radius, x + radius, y + radius), outline=colour, width=round(width * _FINE)
        )

    def box(self, x: float, y: float, width: float, height: float, colour: str, radius: float = 0) -> None:
        self._draw.rounded_rectangle(_fine(x, y, x + width, y + height), radius * _FINE, colour)

    def line(self, points: list[tuple[float, float]], width: float, colour: str) -> None:
        """With round ends and corners."""
        flat = [each * _FINE for point in points for each in point]
        self._draw.line(flat, colour, round(width * _FINE), "curve")
        for x, y in (points[0], points[-1]):
            self.disc(x, y, width / 2, colour)

    def finished(self) -> Drawn:
        return drawn(self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS))


def _fine(*places: float) -> list[float]:
    return [each * _FINE for each in places]


def bun() -> Drawn:
    """A cinnamon bun on a plate, from above."""
    board = Board(SOFT, LIGHT)
    board.disc(600, 436, 330, MID)
    board.disc(600, 420, 330, PAPER)
    board.ring(600, 420, 272, 5, SAND)
    board.disc(600, 420, 215, WARM)
    for step in range(900):
        turn, out = step / 80, 20 + step * 0.19
        board.disc(600 + out * math.cos(turn), 420 + out * math.sin(turn), 14, CLAY)
    for x, y in ((520, 330), (690, 360), (640, 520), (505, 470), (600, 420), (720, 470)):
        board.disc(x, y, 11, PAPER)
    board.disc(1050, 190, 112, PAPER)
    board.disc(1050, 190, 78, MID)
    board.disc(1050, 190, 68, CLAY)
    return board.finished()


def terrace() -> Drawn:
    """An awning over two tables, in the sun."""
    board = Board(LIGHT, PAPER)
    board.disc(1015, 350, 84, WARM)
    board.box(0, 640, WIDTH, 160, SAND)
    for number in range(12):
        colour = PAPER if number % 2 else ACCENT
        board.box(number * 100, 0, 100, 200, colour)
        board.disc(number * 100 + 50, 200, 50, colour)
    for x in (330, 800):
        board.box(x - 8, 520, 16, 170, INK)
        board.disc(x, 690, 90, INK, 0.12)
        board.disc(x, 520, 150, DEEP, 0.16)
        board.disc(x, 510, 150, MID, 0.16)
        board.box(x - 32, 456, 64, 54, PAPER, 14)
        board.disc(x, 458, 32, CLAY, 0.22)
    return board.finished()


def new_place() -> Drawn:
    """Houses in the evening, and one door that is lit."""
    board = Board(DEEP, MID)
    board.disc(960, 170, 62, SOFT)
    for x, y, width, colour in (
        (0, 330, 250, ACCENT),
        (230, 240, 210, DEEP),
        (760, 300, 230, DEEP),
        (970, 390, 230, ACCENT),
    ):
        board.box(x, y, width, HEIGHT, colour)
        for row in range(3):
            for column in range(3):
                if (row * 5 + column * 3 + x) % 4:
                    board.box(
                        x + 34 + column * 62, y + 46 + row * 84, 34, 46, WARM if (row + column + x) % 3 else LIGHT, 4
                    )
    board.box(400, 380, 400, 420, PAPER, 10)
    for number in range(8):
        board.box(400 + number * 50, 430, 50, 62, ACCENT if number % 2 else SOFT)
        board.disc(425 + number * 50, 492, 25, ACCENT if number % 2 else SOFT)
    board.box(446, 548, 140, 132, WARM, 8)
    board.box(634, 548, 120, 252, INK, 8)
    board.box(650, 564, 88, 150, WARM, 6)
    board.box(0, 772, WIDTH, 28, INK)
    return board.finished()


def hours() -> Drawn:
    """A clock at ten past ten."""
    board = Board(PAPER, SAND)
    board.disc(600, 424, 300, WARM)
    board.disc(600, 400, 300, ACCENT)
    board.disc(600, 400, 262, PAPER)
    for hour in range(12):
        angle = math.radians(hour * 30)
        out = 232 if hour % 3 else 236
        board.disc(600 + out * math.sin(angle), 400 - out * math.cos(angle), 7 if hour % 3 else 13, DEEP)
    for degrees, length, width in ((305, 128, 22), (60, 196, 15)):
        angle = math.radians(degrees)
        board.line([(600, 400), (600 + length * math.sin(angle), 400 - length * math.cos(angle))], width, INK)
    board.disc(600, 400, 22, ACCENT)
    return board.finished()


def birthday() -> Drawn:
    """A cake with candles, among confetti."""
    board, rng = Board(ACCENT, DEEP), Random(5)  # noqa: S311 - confetti
    for _number in range(90):
        x, y = rng.random() * WIDTH, rng.random() * HEIGHT
        board.disc(x, y, rng.choice((6, 9, 13)), rng.choice((MID, LIGHT, WARM, SOFT)))
    board.disc(600, 668, 330, INK, 0.1)
    board.disc(600, 656, 330, PAPER, 0.1)
    board.box(370, 470, 460, 180, CLAY, 26)
    board.box(370, 470, 460, 76, PAPER, 26)
    for number in range(6):
        board.box(394 + number * 74, 520, 44, 58 + 22 * (number % 2), PAPER, 22)
    for number in range(5):
        x = 420 + number * 90
        board.box(x - 9, 380, 18, 92, LIGHT if number % 2 else WARM, 6)
        board.disc(x, 356, 15, WARM, 1.5)
        board.disc(x, 362, 7, PAPER, 1.5)
    return board.finished()


POSTERS: dict[str, Callable[[], Drawn]] = {
    "bun": bun,
    "terrace": terrace,
    "new_place": new_place,
    "hours": hours,
    "birthday": birthday,
}
