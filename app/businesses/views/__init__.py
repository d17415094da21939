"""Pages of a business's places (points of sale, Terminals, franchisees), its settings, and its look (PR-2, WL-1)."""

from app.businesses.views import brand, franchisees, kiosks, logo, points_of_sale, settings, terminals
from app.businesses.views.blueprint import blueprint

__all__ = ["blueprint", "brand", "franchisees", "kiosks", "logo", "points_of_sale", "settings", "terminals"]
