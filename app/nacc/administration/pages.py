"""What every administrator's page does: drawn, saved, and shown again where it was stale."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template
from werkzeug.wrappers import Response

from app.access import Permission, actor, requires
from app.conflicts import Conflict
from app.errors import NOTHING_CHANGED
from app.fields import Form
from app.history.queries import who_was_first
from app.models.enums import Entity

blueprint = Blueprint("administration", __name__, url_prefix="/nacc/admin")
ADMIN = requires(Permission.ADMINISTRATION)


def page(section: str, status: int = 200, **context: Any) -> Response:
    return make_response(render_template(f"nacc/administration/{section}.html", **context), status)


def done(section: str, message: str, saved: bool = True) -> Response:
    flash(*((message, "ok") if saved else (NOTHING_CHANGED, "info")))
    return redirect(f"/nacc/admin/{section}", 303)


def both_windows(
    form: Form, what: str, kept: Mapping[str, Any], version: int, entity: Entity, key: object, about: int | None = None
) -> Conflict:
    """What a stale page shows: all that was typed beside what is `kept` now. Sent again, what was typed is saved."""
    form["version"].data = version
    return Conflict(f"{what}{who_was_first(actor(), entity, key, about)}", form.differences(kept))
