"""Deeds that wait for a second person, with the rows they are to change.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

OPEN = sa.text("settled_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "proposed_deeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("settled_by_id", sa.Integer()),
        sa.Column("answer", sa.String(32)),
        sa.Column("answer_reason", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer()),
        sa.CheckConstraint("kind IN ('verdicts', 'plan_years', 'publishing')", name=op.f("ck_proposed_deeds_kind")),
        sa.CheckConstraint(
            "answer IN ('confirm', 'decline', 'withdraw', 'drop')", name=op.f("ck_proposed_deeds_answer")
        ),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["accounts.id"], name=op.f("fk_proposed_deeds_proposed_by_id")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["accounts.id"], name=op.f("fk_proposed_deeds_settled_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposed_deeds")),
    )
    op.create_index(
        op.f("ix_proposed_deeds_open"), "proposed_deeds", ["proposed_at"], postgresql_where=OPEN, sqlite_where=OPEN
    )
    op.create_index(op.f("ix_proposed_deeds_by"), "proposed_deeds", ["proposed_by_id", "settled_at"])
    op.create_table(
        "proposed_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deed_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer()),
        sa.Column("fiscal_year", sa.SmallInteger()),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["deed_id"], ["proposed_deeds.id"], name=op.f("fk_proposed_rows_deed_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_proposed_rows_organisation_id")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_proposed_rows_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposed_rows")),
    )
    op.create_index(op.f("ix_proposed_rows_deed_id"), "proposed_rows", ["deed_id"])
    op.create_index(op.f("ix_proposed_rows_project_id"), "proposed_rows", ["project_id"])


def downgrade() -> None:
    op.drop_table("proposed_rows")
    op.drop_table("proposed_deeds")
