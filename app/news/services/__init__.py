"""What is done with news: written and published, archived, told to customers."""

from app.news.services.editing import NewsValues, add_news, archive_news, change_news, restore_news
from app.news.services.letters import NotPublishedError, key_of, letter_of, news_letters

__all__ = [
    "NewsValues",
    "NotPublishedError",
    "add_news",
    "archive_news",
    "change_news",
    "key_of",
    "letter_of",
    "news_letters",
    "restore_news",
]
