"""The projects in Django's admin, four columns editable in the list. Imported by a server in the peers' venv alone.

PEER_FOLDER has rows.json and gets the database, and the cookie of somebody signed in.
"""

import json
import os
from pathlib import Path
from typing import ClassVar

import django
from django.apps import AppConfig
from django.conf import settings

folder = Path(os.environ["PEER_FOLDER"])
# As `django-admin startproject` has it, with the pragmas of our own SQLite.
settings.configure(
    SECRET_KEY="only for measuring",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    STATIC_URL="static/",
    INSTALLED_APPS=[
        *(f"django.contrib.{name}" for name in ("admin", "auth", "contenttypes", "sessions", "messages")),
        f"{__name__}.Peer",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": folder / "django.sqlite3",
            "CONN_MAX_AGE": None,
            "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL"},
        }
    },
)


class Peer(AppConfig):
    name = __name__
    label = "peer"
    path = str(Path(__file__).parent)
    default_auto_field = "django.db.models.AutoField"


django.setup()

from django.contrib import admin  # noqa: E402 - after the set-up, as Django wants it
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import path  # noqa: E402

STATUSES = [(each, each) for each in ("not_reported", "in_progress", "done", "cannot")]
BAHT = {"max_digits": 13, "decimal_places": 2, "null": True, "blank": True}


class Project(models.Model):
    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=20)
    dimension = models.IntegerField()
    review = models.CharField(max_length=20)
    planned = models.DecimalField(**BAHT)
    status = models.CharField(max_length=20, choices=STATUSES)
    ordinance = models.DecimalField(**BAHT)
    spent = models.DecimalField(**BAHT)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        app_label = "peer"
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return self.name


@admin.register(Project)
class Projects(admin.ModelAdmin):
    list_display = ("name", "kind", "dimension", "review", "planned", "status", "ordinance", "spent", "note")
    list_editable = ("status", "ordinance", "spent", "note")
    list_per_page = 100


urlpatterns = [path("admin/", admin.site.urls)]


def fill() -> None:
    from django.contrib.auth.models import User

    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:  # an app in one file has no migrations
        editor.create_model(Project)
    Project.objects.bulk_create(Project(**row) for row in json.loads((folder / "rows.json").read_text()))
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    (folder / "cookie").write_text(f"sessionid={client.cookies['sessionid'].value}")


if not (folder / "django.sqlite3").exists():
    fill()
app = get_wsgi_application()
