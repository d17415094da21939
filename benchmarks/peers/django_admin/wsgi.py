"""Makes Django's own tables and the one who signs in, then serves."""

import os

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.peers.django_admin.settings"
app = get_wsgi_application()

from django.contrib.auth.models import User  # noqa: E402 - models can be imported once Django is set up

call_command("migrate", verbosity=0)
if not User.objects.filter(username="bench").exists():
    User.objects.create_superuser("bench", password="bench")
