"""One internal note of NACC's on a project or an LAO.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "internal_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer()),
        sa.Column("organisation_id", sa.Integer()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(project_id IS NULL) <> (organisation_id IS NULL)", name=op.f("ck_internal_notes_about_one")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_internal_notes_project_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_internal_notes_organisation_id")
        ),
        sa.ForeignKeyConstraint(["changed_by_id"], ["accounts.id"], name=op.f("fk_internal_notes_changed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_internal_notes")),
        sa.UniqueConstraint("project_id", name=op.f("uq_internal_notes_project_id")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_internal_notes_organisation_id")),
    )


def downgrade() -> None:
    op.drop_table("internal_notes")
