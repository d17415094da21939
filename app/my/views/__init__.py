"""Pages of customers: what their links open, and their own page in the name of the business (MY-1)."""

from app.my.views import app, history, home, links, messages, offers, pushes, settings, signing_in
from app.my.views.blueprint import blueprint

__all__ = ["app", "blueprint", "history", "home", "links", "messages", "offers", "pushes", "settings", "signing_in"]
