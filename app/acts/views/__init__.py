"""Pages of acts: the list, an act, files, requisites."""

from app.acts.views import files, index, requisites, showing
from app.acts.views.blueprint import blueprint

__all__ = ["blueprint", "files", "index", "requisites", "showing"]
