"""News of the demonstration, in each state that one can be in, with pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.types.json import Jsonb

from app.demo.posters import POSTERS
from app.demo.structure import Structure, Writer
from app.demo.words import Words


@dataclass(frozen=True)
class NewsPlan:
    """A news item: its days are counted from the last day of the data."""

    poster: str
    first: int
    last: int | None
    words: Words
    published: bool = True
    franchised: bool = False
    """Of the first franchisee, at its own points of sale; else the brand's, everywhere."""


NEWS = (
    NewsPlan(
        "new_place",
        *(9, 40),
        {
            "en": (
                "We open on the Left Bank",
                "Our new bakery opens its doors next week. In the first three days points count twice.",
            ),
            "uk": (
                "Відкриваємося на Лівому березі",
                "Наша нова пекарня відчиняє двері наступного тижня. У перші три дні бали нараховуються вдвічі.",
            ),
            "ru": (
                "Открываемся на Левом берегу",
                "Наша новая пекарня открывает двери на следующей неделе. В первые три дня баллы начисляются вдвойне.",
            ),
        },
    ),
    NewsPlan(
        "bun",
        *(-4, None),
        {
            "en": (
                "Cinnamon buns are back",
                "Warm from eight in the morning, with butter and cardamom.\n\n"
                "For those who come before nine the second one costs half of its price.",
            ),
            "uk": (
                "Булочки з корицею знову з нами",
                "Теплі з восьмої ранку, з маслом і кардамоном.\n\nХто прийде до дев'ятої, отримає другу за пів ціни.",
            ),
            "ru": (
                "Булочки с корицей снова с нами",
                "Тёплые с восьми утра, с маслом и кардамоном.\n\nКто придёт до девяти, получит вторую за полцены.",
            ),
        },
    ),
    NewsPlan(
        "terrace",
        *(-16, 75),
        {
            "en": ("The terrace stays open", "We have put up heaters and blankets: coffee outside all winter long."),
            "uk": ("Тераса працює далі", "Ми поставили обігрівачі й принесли пледи: кава надворі всю зиму."),
            "ru": ("Терраса открыта", "Мы поставили обогреватели и принесли пледы: кофе на воздухе всю зиму."),
        },
        franchised=True,
    ),
    NewsPlan(
        "hours",
        *(20, 34),
        {
            "en": ("Hours over the holidays", "On public holidays we are open from 9 to 20, and bake until noon."),
            "uk": ("Графік на свята", "У святкові дні ми працюємо з 9 до 20 і печемо до полудня."),
            "ru": ("График на праздники", "В праздничные дни мы работаем с 9 до 20 и печём до полудня."),
        },
        published=False,
    ),
    NewsPlan(
        "birthday",
        *(-60, -46),
        {
            "en": ("Five years of Kavalier", "Thank you for staying with us! A piece of cake with every order."),
            "uk": ("Кавалєру п'ять років", "Дякуємо, що ви з нами! Шматок торта до кожного замовлення."),
            "ru": ("Кавалеру пять лет", "Спасибо, что вы с нами! Кусок торта к каждому заказу."),
        },
    ),
)


def write_news(writer: Writer, made: Structure, until: datetime, author: int) -> None:
    """At the points of sale that customers are shown: all of them, or the first franchisee's."""
    for plan in NEWS:
        first, last = (until + timedelta(days=each or 0) for each in (plan.first, plan.last))
        news = writer.add(
            "news",
            franchisee_id=made.franchisees[0] if plan.franchised else None,
            titles=Jsonb({language: title for language, (title, _text) in plan.words.items()}),
            texts=Jsonb({language: text for language, (_title, text) in plan.words.items()}),
            picture_id=_picture(writer, plan.poster, until),
            published=plan.published,
            first_day=first.date(),
            last_day=last.date() if plan.last is not None else None,
            user_id=author,
            created_at=min(first, until),
        )
        for place in _places(plan, made):
            writer.link("news_place", news_id=news, point_of_sale_id=place)


def _picture(writer: Writer, name: str, until: datetime) -> int:
    poster = POSTERS[name]()
    return writer.add(
        "picture",
        sha256=poster.sha256,
        width=poster.width,
        height=poster.height,
        content=poster.content,
        small=poster.small,
        handed_in_at=until,
    )


def _places(plan: NewsPlan, made: Structure) -> Iterator[int]:
    for place in made.places:
        if not place.online and (not plan.franchised or place.franchisee == made.franchisees[0]):
            yield place.id
