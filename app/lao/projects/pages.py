"""What recording a project and changing one have in common."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, render_template
from markupsafe import Markup

from app.access import actor
from app.lao.projects import namesakes, queries
from app.lao.projects.forms import ProjectForm
from app.lao.projects.rules import BUDGET
from app.plans.queries import year_gates
from app.plans.rules import Period

blueprint = Blueprint("projects", __name__)
NO_BUDGETS: Mapping[int, Decimal | None] = {}


def gates_of(period: Period) -> list[Any]:
    return [gate for gate in year_gates(actor()) if gate.year in period.years]


def questions(form: ProjectForm, before: Mapping[int, Decimal | None] = NO_BUDGETS) -> dict[str, str]:
    """What to ask about budgets that are new or changed since `before`."""
    changed = {f"{BUDGET}{year}": amount for year, amount in form.budgets().items() if amount != before.get(year)}
    return queries.amount_questions(actor(), {name: amount for name, amount in changed.items() if amount})


def tell_namesake(project_id: int) -> None:
    """Point out that the words stand in the plan already; two projects may well have the same."""
    if other := namesakes.namesake(actor(), project_id):
        words = render_template("lao/projects/_namesake.html", namesake=other)
        flash(Markup(words), "warn")  # noqa: S704 - the template escaped what is in it
