"""The short manual."""

from flask import Blueprint, current_app, render_template

from app.access import public
from app.administration.queries import setting
from app.reporting.rules import THRESHOLDS

blueprint = Blueprint("help", __name__)


@blueprint.get("/help")
@public
def manual() -> str:
    return render_template("help/page.html", thresholds=THRESHOLDS, contact=contact())


def contact() -> str:
    """Who to ask: as an administrator wrote it, else as configured."""
    return setting("contact", current_app.config["CONTACT"])
