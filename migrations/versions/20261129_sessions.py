"""Sessions are rows, each ended by itself: the number in each account that ended all of them at once goes.

Cookies of before name no session: people sign in once more, and what they typed meanwhile comes back.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

ENDED_BECAUSE = ("signed out", "signed in anew", "by owner", "new password", "shut out", "new role")


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("claiming", sa.Boolean(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("browser", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "ended_because",
            sa.Enum(*ENDED_BECAUSE, name="ended_because", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name=op.f("ck_sessions_ended")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sessions_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_sessions_key_hash")),
    )
    op.create_index(op.f("ix_sessions_begun_at"), "sessions", ["begun_at"])
    still = sa.text("ended_at IS NULL")
    op.create_index("ix_sessions_open", "sessions", ["account_id"], postgresql_where=still, sqlite_where=still)
    op.drop_column("accounts", "session_epoch")


def downgrade() -> None:
    op.add_column("accounts", sa.Column("session_epoch", sa.Integer(), nullable=False, server_default="1"))
    op.drop_index("ix_sessions_open", table_name="sessions")
    op.drop_index(op.f("ix_sessions_begun_at"), table_name="sessions")
    op.drop_table("sessions")
