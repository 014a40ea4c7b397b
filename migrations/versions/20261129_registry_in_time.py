"""The registry in time: what an LAO was before, when it was founded, and what it goes on in.

`former_codes` becomes `former_facts`: a code is one of the facts an LAO had until a moment. What the history tells of
upgrades, moves and renamings is taken over as it happened. A code the first load brought in has no entry of its own:
name and type of that time are those of the project's own list of 2566.

Revision ID: 0010
Revises: 0009
"""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.models.types import SortKey
from app.words import clean_line, thai_sort_key

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TYPES = {
    "กรุงเทพมหานคร": "bangkok",
    "เมืองพัทยา": "pattaya",
    "องค์การบริหารส่วนจังหวัด": "pao",
    "เทศบาลนคร": "city",
    "เทศบาลเมือง": "town",
    "เทศบาลตำบล": "subdistrict_municipality",
    "องค์การบริหารส่วนตำบล": "sao",
}
DATA = Path(__file__).parents[2] / "app" / "registry" / "data"
IGNORED = " -\u2010\u2011\u2012\u2013\u2014.ฯ"
THAI_DIGITS = "๐๑๒๓๔๕๖๗๘๙"
FACTS = ("code", "name", "type", "province_code", "district_code")
CHANGES = ("upgrade", "move", "rename", "retype")
UPGRADED = datetime(2025, 4, 30, 17, tzinfo=UTC)  # 1 May 2568 in Thailand: the list says no more than the month
# Of the first entry: who stood in the registry from the beginning was there before.
LOADED_WITHIN = timedelta(hours=1)


def upgrade() -> None:
    _make_tables()
    bind = op.get_bind()
    rows = {(row["organisation_id"], row["until"]): row for row in [*_codes_of_the_load(bind), *_from_history(bind)]}
    if rows:
        bind.execute(
            sa.insert(_table("former_facts", "organisation_id", "until", "name_sort", *FACTS)), [*rows.values()]
        )
    for id_, at in _founded(bind):
        organisations = _table("organisations", "id", "founded_at")
        bind.execute(sa.update(organisations).where(organisations.c.id == id_).values(founded_at=at))
    op.drop_table("former_codes")


def _make_tables() -> None:
    stored = op.get_bind().dialect.name != "sqlite"
    op.add_column("organisations", sa.Column("founded_at", sa.DateTime(timezone=True)))
    op.create_table(
        "former_facts",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.String(length=7), nullable=False),
        sa.Column("name", sa.String(length=150), nullable=False),
        sa.Column("name_sort", SortKey, nullable=False),
        sa.Column("name_search", sa.Text(), sa.Computed(_search_key("name"), persisted=stored)),
        sa.Column(
            "type",
            sa.Enum(*TYPES.values(), name="type", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("province_code", sa.String(length=2), nullable=False),
        sa.Column("district_code", sa.String(length=4)),
        sa.ForeignKeyConstraint(
            ["district_code", "province_code"],
            ["districts.code", "districts.province_code"],
            name=op.f("fk_former_facts_district_code_province_code"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_former_facts_organisation_id")
        ),
        sa.ForeignKeyConstraint(["province_code"], ["provinces.code"], name=op.f("fk_former_facts_province_code")),
        sa.PrimaryKeyConstraint("organisation_id", "until", name=op.f("pk_former_facts")),
    )
    op.create_index(op.f("ix_former_facts_code"), "former_facts", ["code"])
    op.create_table(
        "successions",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("successor_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("document_date", sa.Date(), nullable=False),
        sa.CheckConstraint("organisation_id <> successor_id", name=op.f("ck_successions_another")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_successions_organisation_id")),
        sa.ForeignKeyConstraint(["successor_id"], ["organisations.id"], name=op.f("fk_successions_successor_id")),
        sa.PrimaryKeyConstraint("organisation_id", "successor_id", name=op.f("pk_successions")),
    )
    op.create_index(op.f("ix_successions_successor_id"), "successions", ["successor_id"])


def _search_key(column: str) -> str:
    expression = f"lower({column})"
    for letter in IGNORED:
        expression = f"replace({expression}, '{letter}', '')"
    for digit, thai in enumerate(THAI_DIGITS):
        expression = f"replace({expression}, '{thai}', '{digit}')"
    return expression


def _table(name: str, *columns: str) -> sa.TableClause:
    kinds: dict[str, Any] = dict.fromkeys(("at", "until", "replaced_at", "founded_at"), sa.DateTime(timezone=True))
    kinds["before"] = sa.JSON()
    return sa.table(name, *(sa.column(each, kinds.get(each)) for each in columns))


def _from_history(bind: sa.Connection) -> Iterator[dict[str, Any]]:
    """What each LAO was until each change of its registry."""
    history = _table("history", "id", "at", "action", "entity", "organisation_id", "before")
    changed = history.c.entity == "organisation", history.c.action.in_(CHANGES)
    for row in bind.execute(sa.select(history).where(*changed).order_by(history.c.id)):
        yield _former(row.organisation_id, row.at, row.before)


def _codes_of_the_load(bind: sa.Connection) -> Iterator[dict[str, Any]]:
    """Codes that the first load knew as former ones: their LAOs as the list of 2566 has them."""
    with (DATA / "organisations.csv").open(encoding="utf-8", newline="") as file:
        listed = {row["code"]: row for row in csv.DictReader(file)}
    former, organisations = (
        _table("former_codes", "code", "organisation_id", "replaced_at"),
        _table("organisations", "id", *FACTS),
    )
    today = sa.select(former.c.replaced_at, former.c.code.label("former"), organisations).join_from(
        former, organisations, organisations.c.id == former.c.organisation_id
    )
    told = {(row["organisation_id"], row["code"]) for row in _from_history(bind)}
    for row in bind.execute(today).mappings():
        if (row["id"], row["former"]) not in told:
            then = listed.get(row["former"])
            facts = {**then, "type": TYPES[then["type"]]} if then else {**row, "code": row["former"]}
            yield _former(row["id"], _moment(bind, UPGRADED) if then else row["replaced_at"], facts)


def _moment(bind: sa.Connection, moment: datetime) -> datetime:
    """As the engine keeps it: SQLite has no time zones."""
    return moment.replace(tzinfo=None) if bind.dialect.name == "sqlite" else moment


def _former(organisation_id: int, until: datetime, facts: dict[str, Any]) -> dict[str, Any]:
    name = clean_line(facts["name"])
    kept = {each: facts[each] or None for each in FACTS}
    return {**kept, "name": name, "name_sort": thai_sort_key(name), "organisation_id": organisation_id, "until": until}


def _founded(bind: sa.Connection) -> Iterator[tuple[int, datetime]]:
    """LAOs that were added to a registry that had others."""
    history = _table("history", "at", "action", "entity", "organisation_id")
    first = bind.scalar(
        sa.select(history.c.at).where(history.c.entity.in_(("registry", "organisation"))).order_by(history.c.at)
    )
    if first is None:
        return
    added = history.c.entity == "organisation", history.c.action == "add", history.c.at > first + LOADED_WITHIN
    yield from bind.execute(sa.select(history.c.organisation_id, history.c.at).where(*added)).all()


def downgrade() -> None:
    op.create_table(
        "former_codes",
        sa.Column("code", sa.String(length=7), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_former_codes_organisation_id")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_former_codes")),
    )
    op.create_index(op.f("ix_former_codes_organisation_id"), "former_codes", ["organisation_id"])
    op.execute(
        "INSERT INTO former_codes (code, organisation_id, replaced_at) "
        "SELECT f.code, f.organisation_id, max(f.until) FROM former_facts f JOIN organisations o "
        "ON o.id = f.organisation_id WHERE f.code <> o.code GROUP BY f.code, f.organisation_id"
    )
    op.drop_table("successions")
    op.drop_table("former_facts")
    op.drop_column("organisations", "founded_at")
