"""The log of the history: places, hashes and signed heads; and the two rewritings that the history allows.

Only tables and triggers: what stands in the database gets its entries from `flask log begin`, step by step.

A history entry may lose a detail (its value becomes ■■■) and the name of an erased person, and nothing else; a
commitment may lose its salt. On PostgreSQL a transaction gets its number before its first history entry gets its
own: so whoever looks at an entry knows that all transactions which can still bring a smaller one have begun.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
BLACKED_OUT = "■■■"
ERASED = "ลบชื่อแล้ว"
APPEND_ONLY = ("log_entries", "log_nodes", "log_heads")
BLACKED_OUT_ALONE_ON_SQLITE = """
    (OLD."COLUMN" IS NULL) = (NEW."COLUMN" IS NULL) AND NOT EXISTS (
        SELECT 1 FROM json_each(OLD."COLUMN") o FULL JOIN json_each(NEW."COLUMN") n ON o.key = n.key
        WHERE o.key IS NULL OR n.key IS NULL
        OR ((o.value IS NOT n.value OR o.type IS NOT n.type) AND n.value IS NOT '■■■')
    )"""
BLACKED_OUT_ALONE = """
    (OLD."COLUMN" IS NULL) = (NEW."COLUMN" IS NULL) AND NOT EXISTS (
        SELECT 1 FROM jsonb_each(OLD."COLUMN") o FULL JOIN jsonb_each(NEW."COLUMN") n ON o.key = n.key
        WHERE o.key IS NULL OR n.key IS NULL
        OR (o.value IS DISTINCT FROM n.value AND n.value IS DISTINCT FROM to_jsonb('■■■'::text))
    )"""
KEPT = ("id", "at", "actor_id", "actor_role", "action", "entity", "entity_key", "organisation_id")

LOST = ("before", "after", "reason", "actor_name")  # what may lose something


def upgrade() -> None:
    _tables()
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite()
    else:
        _on_postgresql()


def _tables() -> None:
    op.create_table(
        "log_entries",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("history_id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=True),
        sa.Column("commitments", JSON, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.Column("chain_hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["history_id"], ["history.id"], name=op.f("fk_log_entries_history_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_log_entries")),
        sa.UniqueConstraint("history_id", name=op.f("uq_log_entries_history_id")),
    )
    op.create_table(
        "log_nodes",
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name=op.f("pk_log_nodes")),
    )
    op.create_table(
        "log_heads",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("chain_hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_heads")),
    )
    op.create_table(
        "log_mark",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("settled_id", sa.Integer(), nullable=False),
        sa.Column("noted_id", sa.Integer(), nullable=False),
        sa.Column("noted_horizon", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_mark")),
    )
    op.create_table(
        "log_stands",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("after", sa.String(length=60), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_log_stands")),
    )
    op.create_table(
        "actor_pseudonyms",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_actor_pseudonyms_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_actor_pseudonyms")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_actor_pseudonyms_pseudonym")),
    )


def _on_sqlite() -> None:
    for table in APPEND_ONLY:
        if table != "log_entries":
            op.execute(_refusal_on_sqlite(table, "update"))
        op.execute(_refusal_on_sqlite(table, "delete"))
    op.execute(_refusal_on_sqlite("log_entries", "update", f"NOT ({_only_salts_lost_on_sqlite()})"))
    op.execute("DROP TRIGGER history_no_update")
    op.execute(_refusal_on_sqlite("history", "update", f"NOT ({_only_blacked_out_on_sqlite()})"))


def _refusal_on_sqlite(table: str, verb: str, when: str = "") -> str:
    condition = f"WHEN {when} " if when else ""
    return (
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} {condition}"
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


def _only_blacked_out_on_sqlite() -> str:
    same = [f'OLD."{column}" IS NEW."{column}"' for column in KEPT]
    facts = [BLACKED_OUT_ALONE_ON_SQLITE.replace("COLUMN", column) for column in ("before", "after")]
    changed = [f'OLD."{column}" IS NOT NEW."{column}"' for column in LOST]
    texts = [f"NEW.reason IN (OLD.reason, '{BLACKED_OUT}')", f"NEW.actor_name IN (OLD.actor_name, '{ERASED}')"]
    return " AND ".join([*same, *facts, *texts, f"({' OR '.join(changed)})"])


def _only_salts_lost_on_sqlite() -> str:
    same = [
        f"OLD.{column} IS NEW.{column}"
        for column in ("seq", "history_id", "pseudonym", "subject", "leaf_hash", "chain_hash")
    ]
    lost = (
        "NOT EXISTS (SELECT 1 FROM json_each(OLD.commitments) o FULL JOIN json_each(NEW.commitments) n "
        "ON o.key = n.key WHERE o.key IS NULL OR n.key IS NULL OR (o.value IS NOT n.value "
        "AND NOT (o.type = 'text' AND n.type = 'object' AND length(json_extract(n.value, '$.hash')) = 64)))"
    )
    return " AND ".join([*same, lost, "OLD.commitments <> NEW.commitments"])


def _on_postgresql() -> None:
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()"
        )
        op.execute(_refusal_on_postgresql(table, "delete"))
        if table != "log_entries":
            op.execute(_refusal_on_postgresql(table, "update"))
    op.execute(_refusal_on_postgresql("log_entries", "update", f"NOT ({_only_salts_lost()})", "log_entries_lost_more"))
    op.execute("DROP TRIGGER history_no_update ON history")
    op.execute(_refusal_on_postgresql("history", "update", f"NOT ({_only_blacked_out()})", "history_lost_more"))
    op.execute(
        "CREATE FUNCTION history_takes_a_transaction_number() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN PERFORM pg_current_xact_id(); RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER history_number_first BEFORE INSERT ON history "
        "FOR EACH STATEMENT EXECUTE FUNCTION history_takes_a_transaction_number()"
    )


def _refusal_on_postgresql(table: str, verb: str, unless: str = "", function: str = "") -> str:
    """Refuse; with a condition, which holds a subquery and so stands in a function, only where it is true."""
    name = function or f"{table}_is_append_only"
    if unless:
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {unless} THEN RAISE EXCEPTION '{table} is append-only'; END IF; RETURN NEW; END $$"
        )
    trigger = f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table}"
    return f"{trigger} FOR EACH ROW EXECUTE FUNCTION {name}()"


def _only_blacked_out() -> str:
    same = [f'OLD."{column}" IS NOT DISTINCT FROM NEW."{column}"' for column in KEPT]
    facts = [BLACKED_OUT_ALONE.replace("COLUMN", column) for column in ("before", "after")]
    changed = [f'OLD."{column}" IS DISTINCT FROM NEW."{column}"' for column in LOST]
    texts = [f"NEW.reason IN (OLD.reason, '{BLACKED_OUT}')", f"NEW.actor_name IN (OLD.actor_name, '{ERASED}')"]
    return " AND ".join([*same, *facts, *texts, f"({' OR '.join(changed)})"])


def _only_salts_lost() -> str:
    same = [
        f"OLD.{column} IS NOT DISTINCT FROM NEW.{column}"
        for column in ("seq", "history_id", "pseudonym", "subject", "leaf_hash", "chain_hash")
    ]
    lost = (
        "NOT EXISTS (SELECT 1 FROM jsonb_each(OLD.commitments) o FULL JOIN jsonb_each(NEW.commitments) n "
        "ON o.key = n.key WHERE o.key IS NULL OR n.key IS NULL OR (o.value IS DISTINCT FROM n.value AND NOT "
        "(jsonb_typeof(o.value) = 'string' AND jsonb_typeof(n.value) = 'object' "
        "AND length(n.value ->> 'hash') = 64)))"
    )
    return " AND ".join([*same, lost, "OLD.commitments <> NEW.commitments"])


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute("DROP TRIGGER history_no_update" + ("" if sqlite else " ON history"))
    if sqlite:
        op.execute(_refusal_on_sqlite("history", "update"))
    else:
        op.execute("DROP TRIGGER history_number_first ON history")
        op.execute("DROP FUNCTION history_takes_a_transaction_number()")
        op.execute("DROP FUNCTION history_lost_more()")
        op.execute(
            "CREATE TRIGGER history_no_update BEFORE UPDATE ON history "
            "FOR EACH ROW EXECUTE FUNCTION history_is_append_only()"
        )
    for table in ("actor_pseudonyms", "log_stands", "log_mark", *reversed(APPEND_ONLY)):
        op.drop_table(table)
    if not sqlite:
        for table in APPEND_ONLY:
            op.execute(f"DROP FUNCTION {table}_is_append_only()")
        op.execute("DROP FUNCTION log_entries_lost_more()")
