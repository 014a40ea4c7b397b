"""Tries to sign in that failed are rows, and mails tell of them and of a new password or address.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

BECAUSE = ("unknown name", "wrong password", "wrong code", "locked", "wrong present password")
ONE_A_DAY, BEFORE = "kind NOT IN ('reset', 'new_email', 'new_password')", "kind <> 'reset'"
TO_THE_OFFICE = "kind = 'alarm' AND organisation_id IS NULL"


def _index(name: str, columns: list[str], where: str) -> None:
    which = sa.text(where)
    op.create_index(name, "mail_log", columns, unique=True, postgresql_where=which, sqlite_where=which)


def _may_be_to_no_lao(kinds: str) -> None:
    with op.batch_alter_table("mail_log") as table:
        table.drop_constraint(op.f("ck_mail_log_to_an_lao"), type_="check")
        table.create_check_constraint(op.f("ck_mail_log_to_an_lao"), f"organisation_id IS NOT NULL OR {kinds}")


def upgrade() -> None:
    op.create_table(
        "failed_sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("name_print", sa.String(length=64), nullable=False),
        sa.Column(
            "because",
            sa.Enum(*BECAUSE, name="because", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("browser", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_failed_sign_ins_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_sign_ins")),
    )
    op.create_index(op.f("ix_failed_sign_ins_at"), "failed_sign_ins", ["at"])
    op.create_index("ix_failed_sign_ins_name", "failed_sign_ins", ["name_print", "at"])
    op.create_index("ix_failed_sign_ins_account", "failed_sign_ins", ["account_id", "at"])
    op.drop_index("uq_mail_log_day", "mail_log")
    _may_be_to_no_lao("kind IN ('reset', 'alarm')")
    _index("uq_mail_log_day", ["organisation_id", "kind", "day"], ONE_A_DAY)
    _index("uq_mail_log_alarm", ["day"], TO_THE_OFFICE)


def downgrade() -> None:
    op.execute("DELETE FROM mail_log WHERE kind IN ('new_email', 'new_password', 'alarm')")
    op.drop_index("uq_mail_log_alarm", "mail_log")
    op.drop_index("uq_mail_log_day", "mail_log")
    _may_be_to_no_lao("kind = 'reset'")
    _index("uq_mail_log_day", ["organisation_id", "kind", "day"], BEFORE)
    op.drop_table("failed_sign_ins")
