#!/usr/bin/env bash
# SQLAlchemy 2.1.9: Table.to_metadata copies a column with a subclass of Computed as a plain Computed; a subclass of the type stays.
# Met: app/models. A generated column with DDL of its own per database compared equal to itself only until it was copied; a
# compiler hook on Computed itself, by dialect, does what the subclass was for.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check sqlalchemy==2.1.9
"$folder/venv/bin/python" - <<'PY'
import sys

import sqlalchemy as sa


class Searched(sa.Computed):
    """A generated column of our own kind."""


class Words(sa.Text):
    """A type of our own kind."""


first = sa.MetaData()
table = sa.Table("t", first, sa.Column("a", Words()), sa.Column("b", sa.Text(), Searched("lower(a)")))
copy = table.to_metadata(sa.MetaData())
print(f"SQLAlchemy {sa.__version__}")
print("expected: the copy has the classes of the original: Words, Searched")
print(f"seen:     {type(copy.c.a.type).__name__}, {type(copy.c.b.computed).__name__}")
sys.exit(0 if type(copy.c.a.type) is Words and type(copy.c.b.computed) is sa.Computed else 1)
PY
