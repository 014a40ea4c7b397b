"""What the public log keeps of the past of LAOs: a digest of what they were, and one of what they go on in."""

import json
from collections.abc import Collection
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from app.db import db, table
from app.history.operations import plain_value
from app.models import FormerFacts, Succession


def past_digests(ids: Collection[int]) -> dict[int, dict[str, str]]:
    """Both in hex, by id; an LAO that always was what it is, and goes on in none, has neither."""
    f, s = table(FormerFacts).c, table(Succession).c
    facts = (f.code, f.name, f.type, f.province_code, f.district_code)
    former = select(f.organisation_id, f.until, *facts).where(f.organisation_id.in_(ids)).order_by(f.until)
    paper = select(s.organisation_id, s.at, s.successor_id, s.document, s.document_date)
    goes_on = paper.where(s.organisation_id.in_(ids)).order_by(s.successor_id)
    found: dict[int, dict[str, str]] = {}
    for name, statement in (("formerly", former), ("goes_on", goes_on)):
        rows: dict[int, list[Any]] = {}
        for id_, at, *told in db.session.execute(statement):
            rows.setdefault(id_, []).append([plain_value(each) for each in (at, *told)])
        for id_, some in rows.items():
            found.setdefault(id_, {})[name] = sha256(json.dumps(some).encode()).hexdigest()
    return found
