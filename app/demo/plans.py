"""What the demonstration businesses are like: their places, programs and how much is sold there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.demo.chance import seeded
from app.demo.told import QUESTIONS, QuestionPlan
from app.demo.words import BULK, OFFERS, Bulk, OfferPlan

FIRST_CATEGORY = "New Customers"
CATEGORIES = (FIRST_CATEGORY, "Silver", "Gold", "Office")
ACCOUNT = "Gift account"

_KYIV = """Podil Lukianivka Obolon Pechersk Troieshchyna Poznyaky Osokorky Darnytsia Holosiiv Nyvky Sviatoshyn Teremky
Vynohradar Rusanivka Borshchahivka Solomianka Demiivka Bereznyaky Lisovyi Kurenivka Syrets Shuliavka Zvirynets Otradnyi
Kharkivskyi Voskresenka Minskyi Priorka Livoberezhna Vydubychi Slavutych Akademmistechko Chokolivka Tatarka Zhuliany
Klov Lypky Korchuvate Bilychi Nova-Darnytsia Sofiivka Vyshneve Brovary Irpin Bucha Boryspil Boiarka Vyshhorod
Obukhiv Online-shop"""
_OWNERS = ("Dnipro Cafés", "Left Bank Coffee", "Pechersk Partners", "Northern Kyiv", "Green Hills", "Suburbs")
_SMALL_TITLES = ("Кав'ярня", "Пекарня", "Кондитерська", "Булочна")
_SMALL_NAMES = """Світанок Калина Зерно Маківка Бузок Ластівка Медок Жито Горобина Оазис Затишок Візерунок Смерічка
Ранок Кориця Ваніль Криничка Яблуко Соняшник Веселка Барвінок Верба Лелека Дзвіночок Карамель"""
_SMALL_TOWNS = "Центр", "Вокзал", "Парк"


@dataclass(frozen=True)
class PlacePlan:
    name: str
    terminals: int = 1
    owner: int | None = None
    """Which of the plan's franchisees it belongs to; None is the brand's own."""
    weight: float = 1.0
    online: bool = False


@dataclass(frozen=True)
class ProgramPlan:
    title: str
    public_names: dict[str, str]
    wallet: int = 0
    """Programs with the same number share a points wallet."""
    share: float = 1.0
    """How many of the customers are enrolled; 1 for the default program."""
    use: float = 1.0
    """How many of an enrolled customer's sales are in this program rather than the default one."""
    percent: int = 10
    morning_percent: int = 10
    whole: bool = True
    """Points are rounded to whole ones, else to hundredths."""
    months: int = 6
    """Points expire at the end of the month that is so many after the sale's."""
    menu: str = ""
    """What is sold in it, where it is not the business's menu."""


@dataclass(frozen=True)
class BusinessPlan:
    name: str
    slug: str
    customers: int
    sales: int
    places: tuple[PlacePlan, ...]
    programs: tuple[ProgramPlan, ...]
    franchisees: tuple[str, ...] = ()
    menu: str = "coffee house"
    currency: str = "UAH"
    zone: str = "Europe/Kyiv"
    country: str = "UA"
    colour: str = ""
    address: str = ""
    """What customers see it in, and where they find it."""
    seed: int = 1
    wallets: tuple[str, ...] = field(default=("Points",))
    questions: tuple[QuestionPlan, ...] = ()
    offers: tuple[OfferPlan, ...] = ()
    bulk: tuple[Bulk, ...] = ()
    paid_ahead: int = 500_000
    """What it paid in beyond its charges, in the smallest unit; below zero its messages wait for money."""


def slug_of(name: str) -> str:
    """A short name for addresses, of the Latin letters and digits of a name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:63]


def _club(name: str) -> ProgramPlan:
    return ProgramPlan(f"{name} Club", {"en": f"{name} Club", "uk": f"Клуб {name}"}, morning_percent=20)


def kavalier(customers: int = 20_000, sales: int = 250_000, seed: int = 7) -> BusinessPlan:
    """The demonstration business: coffee and bakery in Kyiv; Podil belongs to a franchisee of its own."""
    districts = _KYIV.split()[:13]
    weights = (2.4, 1.7, 1.5, 1.6, 1.2, 1.1, 1.0, 0.9, 0.9, 0.8, 0.7, 0.6, 0.5)
    owners = {"Podil": 0, "Poznyaky": 1, "Osokorky": 1, "Darnytsia": 1}
    places = [
        PlacePlan(name, 2 if weight > 1 else 1, owners.get(name), weight)
        for name, weight in zip(districts, weights, strict=True)
    ]
    beans = {"en": "Beans subscription", "uk": "Підписка на зерно", "ru": "Подписка на зерно"}
    return BusinessPlan(
        *("Kavalier", "kavalier", customers, sales),
        places=(*places, PlacePlan("Shop", 1, None, 0.5, online=True)),
        programs=(_club("Kavalier"), ProgramPlan("Beans subscription", beans, 0, 0.12, 0.2, 5, 5, menu="subscription")),
        franchisees=("Boris Cafés", "Left Bank Coffee"),
        wallets=("Kavalier points",),
        colour="#8f4a24",
        address="вул. Хрещатик, 12, Київ · +380 44 000 12 12",
        questions=QUESTIONS,
        offers=OFFERS,
        bulk=BULK,
        seed=seed,
    )


def teremok(seed: int = 8) -> BusinessPlan:
    """A second business, so that there is another one whose rows nobody of the first may see."""
    places = (PlacePlan("Центр", 2), PlacePlan("Левада"))
    program = ProgramPlan("Теремок Бонус", {"uk": "Теремок Бонус"}, percent=5, morning_percent=5, whole=False)
    named = ("Teremok", "teremok", 300, 3_000)
    return BusinessPlan(*named, places, (program,), menu="bakery", seed=seed, paid_ahead=-2_000)


def standard(name: str, customers: int, sales: int, seed: int) -> BusinessPlan:
    """A big chain: 50 points of sale, six franchisees, 120 Terminals, three programs, two with common points."""
    rng = seeded(seed)
    places = tuple(
        PlacePlan(
            place.replace("-", " "),
            3 if number < 20 else 2,
            number % 6 if number % 5 in (1, 3) else None,
            round(rng.lognormvariate(0, 0.6), 3),
            online=number == 49,
        )
        for number, place in enumerate(_KYIV.split())
    )
    programs = (
        _club(name),
        ProgramPlan("Beans subscription", {"en": "Beans subscription"}, 0, 0.1, 0.2, 5, 5, menu="subscription"),
        ProgramPlan("Cakes to order", {"en": "Cakes to order"}, 1, 0.18, 0.15, 3, 3, whole=False, months=12),
    )
    return BusinessPlan(
        *(name, slug_of(name), customers, sales, places, programs),
        franchisees=_OWNERS,
        wallets=("Points", "Cake points"),
        seed=seed,
    )


def small(number: int, prefix: str, seed: int) -> BusinessPlan:
    """One of many small businesses beside a big one."""
    rng = seeded(seed, number)
    names = _SMALL_NAMES.split()
    name = f"{_SMALL_TITLES[number % 4]} «{names[number % len(names)]}»"
    customers = rng.randrange(60, 500)
    places = tuple(PlacePlan(town, rng.randrange(1, 3)) for town in _SMALL_TOWNS[: rng.randrange(1, 4)])
    program = ProgramPlan("Бонуси", {"uk": "Бонуси"}, percent=5, morning_percent=5, whole=False)
    slug = f"{prefix}-small-{number + 1}"
    return BusinessPlan(name, slug, customers, customers * 10, places, (program,), menu="bakery", seed=seed + number)
