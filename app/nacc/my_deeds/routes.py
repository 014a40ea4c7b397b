"""What somebody did today, with the way back from each, and what waits for a second person. HTTP only."""

from datetime import timedelta

from flask import Blueprint, flash, make_response, redirect, render_template
from werkzeug.wrappers import Response

from app import clock
from app.access import Permission, actor, requires
from app.db import transaction
from app.errors import Refusal
from app.models.enums import ProposalAnswer
from app.nacc.desk.pages import in_menu, kept_for_a_moment
from app.nacc.my_deeds import operations
from app.nacc.my_deeds.forms import AnswerForm
from app.nacc.my_deeds.queries import MOST_SHOWN, deeds_since
from app.nacc.second_person import queries

blueprint = Blueprint("my_deeds", __name__)
TOLD_FOR = timedelta(days=7)  # what became of somebody's own proposals


@blueprint.app_template_global()
@in_menu
def waiting_proposals() -> int:
    """How many proposals of others wait for the actor: the number in the menu."""
    who = actor()
    return kept_for_a_moment(f"proposals for {who.account_id}", lambda: queries.waiting_number(who))


@blueprint.get("/nacc/deeds")
@requires(Permission.REVIEW)
def today() -> Response:
    return _deeds_page(AnswerForm(formdata=None))


def _deeds_page(form: AnswerForm, answered: int = 0, status: int = 200) -> Response:
    """`answered`: the proposal that the form was about."""
    who, now = actor(), clock.now()
    text = render_template(
        "nacc/my_deeds/page.html",
        deeds=deeds_since(who, clock.day_start(now)),
        most=MOST_SHOWN,
        now=now,
        proposals=queries.waiting_proposals(who),
        settled=queries.settled_since(who, now - TOLD_FOR),
        form=form,
        no_answer=AnswerForm(formdata=None),
        answered=answered,
    )
    return make_response(text, status)


@blueprint.post("/nacc/deeds/<int:deed_id>/<any(confirm,decline,withdraw):said>")
@requires(Permission.REVIEW)
def answer_proposal(deed_id: int, said: str) -> Response:
    form, answer = AnswerForm(), ProposalAnswer(said)
    if form.validate():
        reason = form.reason.data or "" if answer is ProposalAnswer.DECLINE else ""
        try:
            with transaction():
                done, left_out = operations.answer_proposal(actor(), deed_id, answer, reason, clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(*_what_became(answer, done, left_out))
            return redirect("/nacc/deeds", 303)
    return _deeds_page(form, deed_id, 422)


def _what_became(answer: ProposalAnswer, done: int, left_out: int) -> tuple[str, str]:
    if answer is not ProposalAnswer.CONFIRM:
        return ("ถอนข้อเสนอแล้ว" if answer is ProposalAnswer.WITHDRAW else "ไม่รับข้อเสนอแล้ว ผู้เสนอเห็นเหตุผล"), "ok"
    more = f" อีก {left_out:,} รายการไม่เปลี่ยน เพราะมีการแก้ไขหลังจากเสนอ" if left_out else ""
    return f"ยืนยันแล้ว เปลี่ยน {done:,} รายการ{more}", "ok" if done else "warn"
