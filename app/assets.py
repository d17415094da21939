"""Style sheets, modules, fonts and icons: one version of all files at an address that never changes its content."""

from __future__ import annotations

from flask import Flask
from lucide.jinja import lucide
from markupsafe import Markup
from whitenoise import WhiteNoise

from app.browser_files import prepare

YEAR = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """Serves the browser files of this version, and of the last ones for pages opened before a restart."""
    folder = app.config["REGULARS"].data / "static"
    version = prepare(folder)
    static = WhiteNoise(
        app.wsgi_app,
        max_age=YEAR,
        immutable_file_test=lambda _path, _url: True,
        add_headers_function=lambda headers, _path, _url: headers.add_header("X-Content-Type-Options", "nosniff"),
    )
    static.add_files(str(folder), prefix="static/")
    app.wsgi_app = static  # type: ignore[method-assign]
    app.jinja_env.globals["asset"] = lambda path: f"/static/{version}/{path}"
    app.jinja_env.globals["icon"] = _Icons()


class _Icons:
    """Inline icons by name, each drawn once."""

    def __init__(self) -> None:
        self.drawn: dict[tuple[str, int], Markup] = {}

    def __call__(self, name: str, size: int = 16) -> Markup:
        key = (name, size)
        if key not in self.drawn:
            drawing = lucide(name, size=size, stroke_width=1.75, **{"aria-hidden": "true", "class": "icon"})
            self.drawn[key] = Markup(drawing)  # noqa: S704 - the package's own drawing
        return self.drawn[key]
