"""What customers and the platform write to the demonstration businesses, and what waits to go out."""

from __future__ import annotations

from app.demo.words import Words

ANSWERS = (
    ("uk", "Добрий день! За вчорашню покупку нарахували лише 12 балів, а мало бути 24. Перевірте, будь ласка."),
    ("en", "Hi! Do my points expire if I am away all winter?"),
    ("ru", "Здравствуйте, у меня новый номер телефона. Как перенести на него баллы?"),
    ("uk", "Дякую за каву ☕ Чи буде гарбузове лате й після свят?"),
    ("ru", "Можно заказать торт к субботе? Нас будет двенадцать."),
    ("uk", "Коли у вас наступна дегустація? Хочемо прийти вдвох."),
    ("en", "Found a scarf at your Podil cafe yesterday and left it at the counter."),
)
"""Language and text, the newest first."""
FROM_PLATFORM = (
    (
        "Planned work on Sunday night",
        "On Sunday from 2:00 to 2:20 the panel is updated. Terminals go on selling; messages wait meanwhile and go out"
        " by themselves afterwards.",
    ),
    (
        "Your sender name",
        "Operators register a sender name of your own within two weeks. Write to us which one you would like: up to 11"
        " Latin letters or digits. Until then messages come from Regulars.",
    ),
)
"""Title and text, the newest first."""
NIGHT: Words = {
    "en": ("Double points tomorrow", "Tomorrow before noon every purchase earns double points."),
    "uk": ("Завтра подвійні бали", "Завтра до полудня за кожну покупку подвійні бали."),
    "ru": ("Завтра двойные баллы", "Завтра до полудня за каждую покупку двойные баллы."),
}
