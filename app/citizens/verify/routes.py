"""Checking a receipt: anybody may hold what stands on paper against what is kept."""

from typing import Any

from flask import Blueprint, current_app, render_template, request
from werkzeug.wrappers import Response

from app.access import public
from app.citizens.public.cache import for_everybody, knows
from app.citizens.results.sites import FOR_CITIZENS
from app.citizens.verify import queries
from app.citizens.verify.forms import VerifyForm
from app.ledger import heads
from app.ledger.rules import canonical
from app.listing import text

blueprint = Blueprint("verify", __name__)


@blueprint.get("/public/verify")
@for_everybody
@knows({"entry": text(100), "hash": text(100)})
def verify() -> Any:
    """The page is one for everybody who asks with that number and code: it is kept as the other public pages are."""
    form = VerifyForm(formdata=request.args)
    asked = "entry" in request.args or "hash" in request.args
    valid = asked and form.validate()
    key = heads.public_key(current_app.config["LOG_SIGNING_KEY"])
    found = queries.checked_receipt(int(form.entry.data), form.hash.data, key) if valid else None
    page = render_template("citizens/verify/page.html", site=FOR_CITIZENS, form=form, valid=valid, found=found)
    return page, 422 if asked and not valid else 200


@blueprint.get("/public/log/receipt/<int:seq>.json")
@public
def document(seq: int) -> Response:
    """A receipt with all that proves it, for `docs/verify.py --receipt`."""
    proven = queries.provable_receipt(seq)
    if proven is None:
        body = canonical({"status": 404, "detail": "no round that was sent has this entry, or no head covers it yet"})
        return Response(body, 404, content_type="application/problem+json")
    answer = Response(canonical(proven.document), content_type="application/json")
    answer.headers["Cache-Control"] = "public, max-age=15"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
