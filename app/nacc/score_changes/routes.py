"""Changes of published scores that wait for a second person, and the answer to one. HTTP only."""

from flask import Blueprint, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from app import clock
from app.access import Permission, actor, requires
from app.db import transaction
from app.errors import Refusal, Stale
from app.listing import PAGES, Pager, number
from app.nacc.desk.queries import PAGE_SIZE
from app.nacc.desk.rules import DeskFilter
from app.nacc.evaluation.forms import score_form
from app.nacc.evaluation.pages import row_page
from app.nacc.evaluation.queries import max_scores, scores_of_one, waiting_count
from app.nacc.evaluation.rules import cells
from app.nacc.score_changes import operations, queries
from app.nacc.score_changes.forms import ChangeForm
from app.nacc.score_changes.rules import ChangeAnswer

blueprint = Blueprint("score_changes", __name__)
ANOTHER_PROPOSAL = "ข้อเสนอนี้ถูกแก้ไขหรือมีผู้ยืนยันหรือยกเลิกไปแล้วหลังจากเปิดหน้านี้ ด้านล่างเป็นข้อมูลล่าสุด ตรวจแล้วทำอีกครั้งหากต้องการ"


@blueprint.get("/nacc/scores/changes")
@requires(Permission.SCORES)
def waiting_changes() -> str:
    """Changes of published scores that wait for a second person."""
    asked = DeskFilter(page=max(1, number(request.args.get("page", ""), 1, PAGES)))
    return render_template(
        "nacc/score_changes/page.html",
        rows=queries.waiting_list(actor(), asked.page),
        pager=Pager(asked.page, waiting_count(actor()), PAGE_SIZE),
        asked=asked,
    )


@blueprint.post("/nacc/scores/<int:organisation_id>/<small:year>/<any(confirm,cancel):answer>")
@requires(Permission.SCORES)
def answer_change(organisation_id: int, year: int, answer: str) -> Response:
    """What another person says to a proposed change, or whoever proposed it when taking it back."""
    done, version = ChangeAnswer(answer), ChangeForm().version.data or 0
    try:
        with transaction():
            operations.answer_change(actor(), organisation_id, year, done, version, clock.now())
    except Stale:
        return _refused_answer(organisation_id, year, ANOTHER_PROPOSAL)
    except Refusal as refusal:
        return _refused_answer(organisation_id, year, refusal.message)
    flash(f"{done.label}แล้ว", "ok")
    return redirect(f"/nacc/scores/{organisation_id}/{year}", 303)


def _refused_answer(organisation_id: int, year: int, sentence: str) -> Response:
    kept, maxima = scores_of_one(actor(), organisation_id, year), max_scores(year)
    form = score_form(cells(maxima), maxima, kept)
    return make_response(row_page(organisation_id, year, form, kept, sentence), 422)
