"""What somebody did today, with the way back from each. HTTP only."""

from flask import Blueprint, render_template

from app import clock
from app.access import Permission, actor, requires
from app.nacc.my_deeds.queries import MOST_SHOWN, deeds_since

blueprint = Blueprint("my_deeds", __name__)


@blueprint.get("/nacc/deeds")
@requires(Permission.REVIEW)
def today() -> str:
    deeds = deeds_since(actor(), clock.day_start(clock.now()))
    return render_template("nacc/my_deeds/page.html", deeds=deeds, most=MOST_SHOWN, now=clock.now())
