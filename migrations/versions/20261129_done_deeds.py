"""Which forms were done already, so that one sent again is not done again. Nothing is known of those before this.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "done_deeds",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.String(length=32), nullable=False),
        sa.Column("made", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_done_deeds_account_id")),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_done_deeds")),
    )
    op.create_index(op.f("ix_done_deeds_done_at"), "done_deeds", ["done_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_done_deeds_done_at"), table_name="done_deeds")
    op.drop_table("done_deeds")
