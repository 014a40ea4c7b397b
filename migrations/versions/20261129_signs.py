"""What should be checked, and what officers said of it. Nothing is found here: the worker searches every round anew.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KINDS = ("over_ordinance", "done_unspent", "done_at_once", "same_text", "last_hour", "done_undone")
VERDICTS = ("no_problem", "asked", "noted")
OF_AN_LAO = ["fiscal_year", "round", "organisation_id", "kind"]
OF_PROJECTS = {"postgresql_where": sa.text("project_id IS NOT NULL"), "sqlite_where": sa.text("project_id IS NOT NULL")}
OF_LAOS = {"postgresql_where": sa.text("project_id IS NULL"), "sqlite_where": sa.text("project_id IS NULL")}


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "signs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("fiscal_year", sa.SmallInteger(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("kind", _one_of("kind", *KINDS), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("arose_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdict", _one_of("verdict", *VERDICTS), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judged_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("fiscal_year BETWEEN 2540 AND 2700", name=op.f("ck_signs_fiscal_year")),
        sa.CheckConstraint("round IN (6, 12)", name=op.f("ck_signs_round")),
        sa.CheckConstraint("(verdict IS NULL) = (judged_at IS NULL)", name=op.f("ck_signs_judged_at")),
        sa.CheckConstraint("gone_at IS NULL OR verdict IS NOT NULL", name=op.f("ck_signs_kept_for_its_verdict")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_signs_organisation_id")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_signs_project_id")),
        sa.ForeignKeyConstraint(["judged_by_id"], ["accounts.id"], name=op.f("fk_signs_judged_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signs")),
    )
    op.create_index("ix_signs_of_projects", "signs", [*OF_AN_LAO, "project_id"], unique=True, **OF_PROJECTS)
    op.create_index("ix_signs_of_laos", "signs", OF_AN_LAO, unique=True, **OF_LAOS)
    op.create_index("ix_signs_round", "signs", ["fiscal_year", "round", "organisation_id"])
    op.create_table(
        "sign_searches",
        sa.Column("fiscal_year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("round", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("searched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fiscal_year", "round", name=op.f("pk_sign_searches")),
    )


def downgrade() -> None:
    op.drop_table("sign_searches")
    op.drop_index("ix_signs_round", table_name="signs")
    op.drop_index("ix_signs_of_laos", table_name="signs")
    op.drop_index("ix_signs_of_projects", table_name="signs")
    op.drop_table("signs")
