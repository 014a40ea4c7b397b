"""Who to ask: an office, as an administrator wrote it on screen, else as configured."""

from flask import current_app

from app.db import db
from app.models import Setting


def contact() -> str:
    kept = db.session.get(Setting, "contact")
    return kept.value if kept else str(current_app.config["CONTACT"])
