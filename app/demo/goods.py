"""What a coffee house with a bakery sells, for how much, and when: the menus that baskets are drawn from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from app.demo.calendar import DAY

# Price in hryvnias at the end | weight in the morning | by day | in the evening | code | name
# A name that ends in ", kg" is sold by weight, for the price of a kilogram. # begins a group; ~ marks a variable price,
# and a price of 0 is none.
_COFFEE_HOUSE = """
# Drinks
55|30|14|4|101|Espresso
65|26|10|3|102|Americano
60|20|10|3|103|Filter coffee
85|42|22|8|104|Cappuccino
95|36|20|6|105|Flat white
90|28|20|8|106|Latte
105|12|12|6|107|Raf coffee
110|2|9|5|108|Cold brew
70|8|10|9|109|Black tea
95|3|8|6|110|Matcha latte
105|4|12|8|111|Hot chocolate
# Pastry and snacks
75|34|12|5|201|Butter croissant
92|24|11|5|202|Almond croissant
68|18|14|7|203|Cinnamon bun
58|9|13|8|204|Éclair
95|14|9|2|205|Syrnyky
128|8|14|5|206|Quiche
145|5|16|5|207|Chicken sandwich
88|2|14|11|208|Slice of Napoleon
94|2|12|9|209|Slice of honey cake
# Bread
85|5|14|26|301|Rye loaf
95|4|10|18|302|Sourdough loaf
48|8|12|20|303|Baguette
# Cakes by weight
540|0.2|1.6|2.6|401|Napoleon cake, kg
480|0.2|1.5|2.4|402|Honey cake, kg
650|0|0|0|403|~Cake to order, kg
# Beans
320|0.8|1.8|1.8|501|Beans Ethiopia Guji, 250 g
290|0.8|1.8|1.8|502|Beans Colombia Huila, 250 g
560|0.3|0.8|0.8|503|Beans house blend, 1 kg
# Services
1200|0|0|0|601|~Coffee for your event
0|0|0|0|602|Barista course
"""
_BAKERY = """
# Напої
45|30|12|4|11|Кава еспресо
70|36|20|8|12|Капучино
75|26|18|8|13|Лате
50|12|14|10|14|Чай з чебрецем
# Випічка
65|20|10|4|21|Круасан з маслом
55|16|14|8|22|Булочка з корицею
40|18|16|10|23|Пиріжок з капустою
42|16|16|10|24|Пиріжок з вишнею
85|12|10|4|25|Сирники зі сметаною
50|8|14|14|26|Еклер
70|3|12|12|27|Скибка «Наполеона»
# Хліб
46|14|16|30|31|Хліб житній
42|14|16|30|32|Батон київський
58|6|10|18|33|Хліб гречаний
# Торти на вагу
420|0.2|1.5|2.5|41|Торт «Медовик», kg
450|0.2|1.5|2.5|42|Торт «Київський», kg
"""
_SUBSCRIPTION = """
# Beans
320|10|10|10|501|Beans Ethiopia Guji, 250 g
290|10|10|10|502|Beans Colombia Huila, 250 g
300|7|7|7|504|Beans Kenya Nyeri, 250 g
560|8|8|8|503|Beans house blend, 1 kg
"""
_LISTS = {"coffee house": _COFFEE_HOUSE, "bakery": _BAKERY, "subscription": _SUBSCRIPTION, "": ""}

_PARTS = 3
"""Morning, day and evening."""
_PRICE_STEPS = 6
_CHEAPEST = 0.76
_COUNTS = (1,) * 40 + (2,) * 34 + (3,) * 17 + (4,) * 9
_MORNING, _EVENING = 11 * 3600, 17 * 3600
_DISCOUNTS = (5, 10, 10, 15, 20)


@dataclass(slots=True, frozen=True)
class Good:
    code: str
    name: str
    prices: tuple[int, ...]
    """In the smallest unit, from the oldest to today's; for a kilogram where sold by weight."""
    by_weight: bool
    group: str = ""
    variable_price: bool = False

    @property
    def listed_name(self) -> str:
        """As the list of goods has it, where its unit stands apart."""
        return self.name.removesuffix(", kg") if self.by_weight else self.name

    @property
    def price(self) -> int | None:
        """Today's, if it has one."""
        return (self.prices[-1] or None) if self.prices else None


@dataclass(slots=True)
class Line:
    good: Good
    quantity: int
    """Thousandths."""
    gross: int
    discount: int = 0

    @property
    def name(self) -> str:
        """The good, with what was weighed out where it is sold by weight."""
        return f"{self.good.name[:-2]}{self.quantity / 1000:g} kg" if self.good.by_weight else self.good.name


class Menu:
    """Goods with what is asked for in the morning, by day and in the evening, and prices that rose in the time."""

    def __init__(self, name: str, end: int) -> None:
        self._step = end // _PRICE_STEPS + 1
        rows = list(_rows(name))
        self.goods = [good for good, _weights in rows]
        self._asked = [
            [good for good, weights in rows for _ in range(int(weights[part] * 10))] for part in range(_PARTS)
        ]

    def favourites(self, rng: Random, morning: bool) -> list[Good]:
        """What one customer likes best."""
        asked = self._asked[0 if morning else 1]
        return [asked[int(rng.random() * len(asked))] for _ in range(2)]

    def basket(self, rng: Random, moment: int, favourites: list[Good], times: int = 1) -> list[Line]:
        """One to four goods as they are bought at a moment; an office takes each `times` over."""
        second, step = moment % DAY, moment // self._step
        asked = self._asked[0 if second < _MORNING else 1 if second < _EVENING else 2]
        lines: dict[str, Line] = {}
        for _ in range(_COUNTS[int(rng.random() * 100)]):
            chance = rng.random()
            good = favourites[chance < 0.2] if chance < 0.5 else asked[int(rng.random() * len(asked))]
            quantity = (600 + 100 * int(rng.random() * 14)) if good.by_weight else 1000 * times
            if (line := lines.get(good.code)) is None:
                lines[good.code] = Line(good, quantity, good.prices[step] * quantity // 1000)
            else:
                line.quantity += quantity
                line.gross = good.prices[step] * line.quantity // 1000
        return list(lines.values())


def discount(rng: Random, lines: list[Line], share: float) -> None:
    """Takes a promotion's percent off every line of some baskets."""
    if rng.random() < share:
        percent = _DISCOUNTS[int(rng.random() * len(_DISCOUNTS))]
        for line in lines:
            line.discount = line.gross * percent // 100


def _rows(name: str) -> Iterator[tuple[Good, list[float]]]:
    """The goods of a list, and how they are asked for in each part of the day."""
    group = ""
    for row in filter(None, _LISTS[name].split("\n")):
        if row.startswith("# "):
            group = row.removeprefix("# ")
        else:
            price, *weights, code, called = row.split("|")
            yield _good(int(price), code, called, group), [float(each) for each in weights]


def _good(price: int, code: str, called: str, group: str) -> Good:
    steps = (_CHEAPEST + (1 - _CHEAPEST) * step / (_PRICE_STEPS - 1) for step in range(_PRICE_STEPS))
    prices, name = tuple(round(price * step) * 100 for step in steps), called.removeprefix("~")
    return Good(code, name, prices, name.endswith(", kg"), group, variable_price=called != name)
