"""Links for a new password are mails that are owed, too: more than one a day, and to an address that somebody typed.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

NOT_RESETS, RESETS = sa.text("kind <> 'reset'"), sa.text("kind = 'reset'")
NAMES = {"uq": "uq_%(table_name)s_%(column_0_N_name)s"}


def upgrade() -> None:
    with op.batch_alter_table("mail_log", naming_convention=NAMES) as table:
        table.alter_column("organisation_id", existing_type=sa.Integer(), nullable=True)
        table.drop_constraint("uq_mail_log_organisation_id_kind_day", type_="unique")
        table.create_check_constraint(op.f("ck_mail_log_to_an_lao"), "organisation_id IS NOT NULL OR kind = 'reset'")
    one_a_day = {"postgresql_where": NOT_RESETS, "sqlite_where": NOT_RESETS}
    op.create_index("uq_mail_log_day", "mail_log", ["organisation_id", "kind", "day"], unique=True, **one_a_day)
    of_resets = {"postgresql_where": RESETS, "sqlite_where": RESETS}
    op.create_index("ix_mail_log_resets", "mail_log", ["to_address", "queued_at"], **of_resets)


def downgrade() -> None:
    op.drop_index("ix_mail_log_resets", "mail_log")
    op.drop_index("uq_mail_log_day", "mail_log")
    op.execute("DELETE FROM mail_log WHERE kind = 'reset'")
    with op.batch_alter_table("mail_log") as table:
        table.drop_constraint(op.f("ck_mail_log_to_an_lao"), type_="check")
        table.create_unique_constraint("uq_mail_log_organisation_id_kind_day", ["organisation_id", "kind", "day"])
        table.alter_column("organisation_id", existing_type=sa.Integer(), nullable=False)
