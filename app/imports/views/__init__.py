"""The pages of imports: file, columns, dry run, progress, report, refused rows (IM-1, IM-2)."""

from app.imports.views import beginning, mending, showing, steering
from app.imports.views.blueprint import blueprint

__all__ = ["beginning", "blueprint", "mending", "showing", "steering"]
