#!/usr/bin/env bash
# Every node of a template's tree says its line but the right side of a comparison: `lineno` of an Operand is None.
# Whoever reads templates by their tree (app/rows.py) must take the line of the node inside. Met with Jinja2 3.1.6.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q jinja2==3.1.6
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

from jinja2 import Environment, nodes

(operand,) = Environment().parse("first line\n{% if row.name == 'x' %}{% endif %}").find_all(nodes.Operand)
print("jinja2", version("jinja2"))
print("expected: the Operand says line 2, as the node inside it:", operand.expr.lineno)
print("seen:    ", operand.lineno)
sys.exit(operand.lineno is not None)  # 1: it says its line now, so app/rows.py can be simpler
PYTHON
