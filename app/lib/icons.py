"""Icons: lucide's drawings as inline SVG, which takes the text's colour and needs no request."""

from functools import cache

from lucide.jinja import lucide
from markupsafe import Markup


@cache
def icon(name: str, size: int = 16) -> Markup:
    """The icon as SVG of `size` pixels, hidden from screen readers: words beside it, or a label, say what it is."""
    drawing = lucide(name, size=size, **{"class": "icon", "aria-hidden": "true", "focusable": "false"})
    return Markup(drawing)  # noqa: S704 - the drawing comes from the package, its name from our templates
