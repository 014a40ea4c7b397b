"""Blacking out a personal detail in a project's text: an administrator's page. HTTP only."""

from flask import Blueprint, flash, make_response, redirect, render_template
from werkzeug.wrappers import Response

from app import clock
from app.access import Permission, actor, asks_proof, requires
from app.db import transaction
from app.errors import Refusal
from app.nacc.blackouts import operations, queries
from app.nacc.blackouts.forms import BlackOutForm
from app.nacc.blackouts.rules import BlackedText

blueprint = Blueprint("blackouts", __name__, url_prefix="/nacc/admin/black-out")
ADMIN = requires(Permission.ADMINISTRATION)


@blueprint.get("/<int:project_id>")
@ADMIN
def ask(project_id: int) -> Response:
    return _black_out_page(project_id, BlackOutForm(formdata=None))


def _black_out_page(project_id: int, form: BlackOutForm, status: int = 200) -> Response:
    project = queries.texts_of(project_id)
    return make_response(
        render_template("nacc/blackouts/page.html", project=project, project_id=project_id, form=form), status
    )


@blueprint.post("/<int:project_id>")
@ADMIN
@asks_proof
def black_out(project_id: int) -> Response:
    form = BlackOutForm()
    if form.validate():
        try:
            with transaction():
                what = BlackedText(form.what.data)
                operations.black_out(actor(), project_id, what, form.reason.data or "", clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash("ปิดข้อมูลแล้ว ข้อความเดิมไม่อยู่ในระบบอีก ไฟล์ที่เคยดาวน์โหลดไปแล้วแก้ไขไม่ได้", "ok")
            return redirect(f"/nacc/admin/black-out/{project_id}", 303)
    return _black_out_page(project_id, form, 422)
