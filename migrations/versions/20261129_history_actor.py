"""What somebody did today is found by who did it.

Revision ID: 0019
Revises: 0018
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_history_actor", "history", ["actor_id", "at"])


def downgrade() -> None:
    op.drop_index("ix_history_actor", table_name="history")
