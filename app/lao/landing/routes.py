"""The three doors."""

from flask import Blueprint, render_template

from app import clock
from app.access import public
from app.models.enums import Round
from app.plans.queries import next_closing
from app.registry.queries import organisation_total

blueprint = Blueprint("landing", __name__)


@blueprint.get("/")
@public
def landing() -> str:
    now = clock.now()
    closing = next_closing(now)
    return render_template(
        "lao/landing/page.html",
        organisations=organisation_total(),
        window=closing,
        round=Round(closing.round) if closing else None,
    )
