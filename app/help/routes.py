"""The short manual."""

from flask import Blueprint, render_template

from app.access import public
from app.reporting.rules import THRESHOLDS

blueprint = Blueprint("help", __name__)


@blueprint.get("/help")
@public
def manual() -> str:
    return render_template("help/page.html", thresholds=THRESHOLDS)
