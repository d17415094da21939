"""What the demonstration businesses write to their customers and offer them, in each language of theirs."""

from __future__ import annotations

from dataclasses import dataclass

from app.demo.calendar import DAY

Words = dict[str, tuple[str, str]]
"""Language → title and text."""

WELCOMES: Words = {
    "en": (
        "Welcome to {program}",
        "Welcome to {program}! You earn points with every purchase and pay with them like with money."
        " Terms: https://example.com/terms. No more messages: https://example.com/stop."
        " To leave the program: https://example.com/leave.",
    ),
    "uk": (
        "Вітаємо в програмі «{program}»",
        "Вітаємо в програмі «{program}»! Ви отримуєте бали за кожну покупку й розраховуєтеся ними, як грошима."
        " Умови: https://example.com/terms. Не отримувати повідомлень: https://example.com/stop."
        " Вийти з програми: https://example.com/leave.",
    ),
    "ru": (
        "Добро пожаловать в программу «{program}»",
        "Добро пожаловать в программу «{program}»! Вы получаете баллы за каждую покупку и платите ими, как деньгами."
        " Условия: https://example.com/terms. Не получать сообщений: https://example.com/stop."
        " Выйти из программы: https://example.com/leave.",
    ),
}
NOTICES: Words = {
    "en": ("Your purchase", "{program}: thank you for your purchase at {place}, {paid}. Points earned: {points}."),
    "uk": ("Ваша покупка", "{program}: дякуємо за покупку, {place}, {paid}. Нараховано балів: {points}."),
    "ru": ("Ваша покупка", "{program}: спасибо за покупку, {place}, {paid}. Начислено баллов: {points}."),
}


@dataclass(frozen=True)
class Bulk:
    """A message to many: days of its sending and end, counted from the last day of the data."""

    sent: int
    ends: int
    share: float
    words: Words


BULK = (
    Bulk(
        *(-41, -12, 0.5),
        {
            "en": ("Autumn menu", "{program}: pumpkin latte, plum cake and rye with walnuts are here until the frost."),
            "uk": ("Осіннє меню", "{program}: гарбузове лате, сливовий пиріг і житній з горіхами – до перших морозів."),
            "ru": (
                "Осеннее меню",
                "{program}: тыквенный латте, сливовый пирог и ржаной с орехами – до первых морозов.",
            ),
        },
    ),
    Bulk(
        *(-4, 10, 0.4),
        {
            "en": ("Double points on Monday", "{program}: this Monday every purchase before noon earns double points."),
            "uk": ("Подвійні бали в понеділок", "{program}: цього понеділка до полудня – подвійні бали за покупки."),
            "ru": (
                "Двойные баллы в понедельник",
                "{program}: в этот понедельник до полудня – двойные баллы за покупки.",
            ),
        },
    ),
)


@dataclass(frozen=True)
class OfferPlan:
    """An offer: its days counted from the last day of the data, and its price in points."""

    starts: int
    ends: int
    points: int
    words: Words

    def moments(self, end: int) -> tuple[int, int]:
        """Its first and last moment, where the data end at `end`."""
        return end + self.starts * DAY, end + self.ends * DAY


OFFERS = (
    OfferPlan(
        *(-60, 30, 0),
        {
            "en": ("Second croissant free", "Buy a croissant before ten in the morning, and a second one is on us."),
            "uk": ("Другий круасан у подарунок", "Купіть круасан до десятої ранку, і другий буде від нас."),
            "ru": ("Второй круассан в подарок", "Купите круассан до десяти утра, и второй будет от нас."),
        },
    ),
    OfferPlan(
        *(-30, 45, 50),
        {
            "en": (
                "Cappuccino for 50 points",
                "Any cappuccino, with the milk that you like, for fifty of your points.",
            ),
            "uk": ("Капучино за 50 балів", "Будь-яке капучино з молоком до вашого смаку за п'ятдесят ваших балів."),
            "ru": ("Капучино за 50 баллов", "Любой капучино с молоком на ваш вкус за пятьдесят ваших баллов."),
        },
    ),
    OfferPlan(
        *(-90, -8, 0),
        {
            "en": ("A slice of honey cake", "A slice of honey cake with any coffee, on a weekend of your choice."),
            "uk": ("Скибка медовика", "Скибка медовика до будь-якої кави у вихідні, які виберете ви."),
            "ru": ("Кусочек медовика", "Кусочек медовика к любому кофе в выходные, которые выберете вы."),
        },
    ),
    OfferPlan(
        *(-6, 60, 200),
        {
            "en": (
                "An evening with our barista",
                "Two hours behind the bar: how beans are chosen, how milk is foamed, and why water matters more than"
                " the machine. With a tasting of four coffees and a bag of beans to take home. Six people an evening.",
            ),
            "uk": (
                "Вечір із нашим бариста",
                "Дві години за стійкою: як вибирають зерно, як збивають молоко й чому вода важливіша за машину."
                " З дегустацією чотирьох видів кави та пакунком зерна додому. Шестеро людей на вечір.",
            ),
            "ru": (
                "Вечер с нашим бариста",
                "Два часа за стойкой: как выбирают зерно, как взбивают молоко и почему вода важнее машины."
                " С дегустацией четырёх видов кофе и пакетом зерна домой. Шесть человек за вечер.",
            ),
        },
    ),
)
