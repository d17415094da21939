"""Pages of a business's places (points of sale, Terminals, franchisees) and its settings (PR-2)."""

from app.businesses.views import franchisees, kiosks, logo, points_of_sale, settings, terminals
from app.businesses.views.blueprint import blueprint

__all__ = ["blueprint", "franchisees", "kiosks", "logo", "points_of_sale", "settings", "terminals"]
