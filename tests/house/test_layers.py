"""Imports run one way, by file name: routes → forms, workbooks, operations → queries → rules → enums."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_LINES = 350

# What each layer may import of the app, by the last part of the module's name; and which libraries it may not.
WORDS = {"amounts", "cells", "clock", "conflicts", "words", "enums", "listing", "tables"}  # pure, like rules
READS = WORDS | {"access", "db", "errors", "listing", "models", "queries", "rules"}
MAY_IMPORT = {
    "models": {"db", "models", "enums", "words"},
    "rules": WORDS | {"rules"},
    "queries": READS,
    "operations": READS | {"operations", "mail", "passwords"},
    "forms": WORDS | {"errors", "fields", "forms", "listing", "rules"},
    "workbooks": WORDS | {"access", "errors", "excel", "listing", "queries", "reader", "rules", "workbooks"},
    "routes": (READS - {"models"}) | {"forms", "mail", "operations", "resume", "routes", "web", "workbooks"}
    | {"cache", "extensions", "excel", "fields", "jobs", "passwords", "reader", "seals"},
}  # fmt: skip
NO_LIBRARY = {
    "models": {"flask", "wtforms"},
    "rules": {"flask", "flask_login", "flask_wtf", "sqlalchemy", "wtforms"},
    "queries": {"flask", "flask_login", "flask_wtf", "wtforms"},
    "operations": {"flask_login", "flask_wtf", "wtforms"},
    "forms": {"sqlalchemy"},
    "routes": {"sqlalchemy"},
}
SAME_LAYER = {"counts": "queries", "sums": "queries"}  # reads that only count
SAME_LAYER |= {"archive": "queries"}  # reads of published files
SAME_LAYER |= {"datasets": "rules", "metadata": "rules", "openapi": "rules"}  # pure: what open data is made of
SAME_LAYER |= {"chapters": "rules", "screens": "rules"}  # pure: what the manual holds
SAME_LAYER |= {"pages": "routes", "period_pages": "routes"}  # administrators' pages
SAME_LAYER |= {"answers": "routes"}  # how the API answers
OUTSIDE_REQUESTS = {"request", "session", "g", "flash"}  # an operation is handed what it needs


def layer_of(path: Path) -> str:
    if "models" in path.parts:
        return "models"
    layer = SAME_LAYER.get(path.stem, path.stem)
    return layer if layer in MAY_IMPORT else ""


def imported(source: str) -> Iterator[tuple[str, str]]:
    """(module, name) of everything `source` imports, wherever the import stands."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


def upward_imports(source: str, layer: str) -> list[str]:
    """What `source`, a file of `layer`, must not import."""
    bad = []
    for module, name in imported(source):
        top = module.split(".")[0]
        if top == "app":
            used = _part(module, name)
            if used not in MAY_IMPORT[layer]:
                bad.append(f"{module}.{name}")
        elif top in NO_LIBRARY.get(layer, set()) or (
            layer == "operations" and top == "flask" and name in OUTSIDE_REQUESTS
        ):
            bad.append(f"{module}.{name}")
    return bad


def _part(module: str, name: str) -> str:
    """The layer an import reaches into: `from app.plans import queries` and `from app.plans.queries import x` alike."""
    last = module.rsplit(".", maxsplit=1)[-1]
    if module.startswith("app.models"):
        return "enums" if "enums" in (last, name) else "models"
    folder = ROOT.joinpath(*module.split("."))
    is_module = (folder / f"{name}.py").exists()
    part = name if is_module else last
    return SAME_LAYER.get(part, part)


def test_imports_of_every_file_run_downwards() -> None:
    found = {}
    for path in sorted((ROOT / "app").rglob("*.py")):
        if (layer := layer_of(path)) and (bad := upward_imports(path.read_text(), layer)):
            found[str(path.relative_to(ROOT))] = bad
    assert not found


@pytest.mark.parametrize(
    ("layer", "source"),
    [
        ("rules", "from app.plans.queries import periods"),
        ("rules", "from app.plans import queries"),
        ("rules", "def f():\n    from flask import request"),
        ("rules", "import sqlalchemy.orm"),
        ("queries", "from app.lao.projects.operations import edit_project"),
        ("queries", "from app.lao.projects.forms import ProjectForm"),
        ("operations", "from app.lao.projects import routes"),
        ("operations", "from flask import current_app, session"),
        ("forms", "from app.plans.queries import periods"),
        ("routes", "from app.models import Project"),
        ("routes", "from app import models"),
        ("models", "from app.lao.projects.rules import counts"),
    ],
)
def test_an_import_that_runs_back_up_is_found(layer: str, source: str) -> None:
    assert upward_imports(source, layer)


def test_routes_may_import_enums_and_nothing_else_of_the_models() -> None:
    assert not upward_imports("from app.models.enums import Round\nfrom app.models import enums", "routes")
    assert upward_imports("from app.models.projects import Project", "routes")


def test_an_operation_never_commits() -> None:
    """The route opens the transaction, so that one deed is one transaction."""
    for path in sorted((ROOT / "app").rglob("operations.py")):
        calls = [node.func.attr for node in ast.walk(ast.parse(path.read_text())) if _is_method_call(node)]
        assert "commit" not in calls, path


def _is_method_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)


def test_files_stay_small_enough_to_read() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "app").rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > MOST_LINES
    }
    assert not long


def test_a_test_folder_bears_the_name_of_its_feature() -> None:
    features = {path.name for path in (ROOT / "app").iterdir() if path.is_dir()}
    ours = {"house", "browser", "golden"}
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders - features <= ours
