"""Templates of messages of the demonstration: what a coffee house writes again and again."""

from __future__ import annotations

from datetime import datetime

from psycopg.types.json import Jsonb

from app.demo.structure import Writer

Languages = dict[str, str]

_TEMPLATES: tuple[tuple[str, str, Languages, Languages], ...] = (
    (
        "We miss you",
        "sms",
        {},
        {
            "en": "{first_name}, we miss you! Your {points} points wait for a coffee. No more SMS: {unsubscribe}",
            "uk": "{first_name}, ми скучили! Ваші бали ({points}) чекають на наступну каву. Відписатися: {unsubscribe}",
            "ru": "{first_name}, мы соскучились! Ваши баллы ({points}) ждут следующий кофе. Отписаться: {unsubscribe}",
        },
    ),
    (
        "Points expire soon",
        "smart",
        {},
        {
            "en": "{expiring_points} of your points expire on {expires_on}. Come and spend them!",
            "uk": "{expires_on} згорить балів: {expiring_points}. Приходьте їх витратити!",
            "ru": "{expires_on} сгорит баллов: {expiring_points}. Приходите их потратить!",
        },
    ),
    (
        "Autumn menu",
        "email",
        {"en": "{first_name}, the autumn menu is here", "uk": "{first_name}, осіннє меню вже тут"},
        {
            "en": "Pumpkin latte, cinnamon buns and a warm corner.\nShow card {card} and collect points.",
            "uk": "Гарбузове лате, булочки з корицею й теплий куточок.\nПокажіть картку {card} і збирайте бали.",
        },
    ),
    (
        "A coupon for you",
        "push",
        {"en": "A coupon for you", "uk": "Купон для вас", "ru": "Купон для вас"},
        {
            "en": "{series}: show code {coupon} at the counter.",
            "uk": "{series}: покажіть код {coupon} на касі.",
            "ru": "{series}: покажите код {coupon} на кассе.",
        },
    ),
)


def write_templates(writer: Writer, until: datetime) -> None:
    """As the business's own people would have written them."""
    for name, channel, titles, texts in _TEMPLATES:
        said = {"titles": Jsonb(titles), "texts": Jsonb(texts)}
        writer.add("message_template", name=name, channel=channel, changed_at=until, **said)
