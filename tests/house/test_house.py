"""What import-linter cannot see: who opens transactions, how long files are, and where tests and templates stand."""

import ast
from collections import Counter
from pathlib import Path

from docs import architecture

ROOT = Path(__file__).parents[2]
MOST_LINES = 350
MOST_OF_ONE_NAME = 4  # private functions
OPENS_TRANSACTIONS = {"routes", "record_pages", "period_pages", "window_pages", "proposing_pages", "jobs", "cli"}


def test_one_deed_is_one_transaction_opened_where_the_deed_is_asked_for() -> None:
    """An operation never commits: the route, job or command around it decides what belongs together."""
    for path in sorted((ROOT / "app").rglob("*/*.py")):
        called = {_called(node) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)}
        assert path.stem in OPENS_TRANSACTIONS or not called & {"commit", "transaction"}, path


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def test_files_stay_small_enough_to_read() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "app").rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > MOST_LINES
    }
    assert not long


def test_a_name_of_a_type_stands_for_one_thing() -> None:
    """Whoever looks for a type finds the one that is meant; a private function is found in few places."""
    types, functions = Counter[str](), Counter[str]()
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                types[node.name] += 1
            elif isinstance(node, ast.FunctionDef) and node.name.startswith("_"):
                functions[node.name] += 1
    assert [name for name, places in types.items() if places > 1] == []
    assert [name for name, places in functions.items() if places > MOST_OF_ONE_NAME] == []


def test_tests_and_templates_bear_the_path_of_their_feature() -> None:
    features = {path.parent.relative_to(ROOT / "app") for path in (ROOT / "app").rglob("__init__.py")} - {Path()}
    whole = {"tests": {"house", "browser", "golden", "security"}, "templates": {"layout", "macros", "errors"}}
    for top, ours in whole.items():
        for path in (path.relative_to(ROOT / top) for path in (ROOT / top).glob("*/**/*.*")):
            known = path.parts[0] in {*ours, "__pycache__"} or set(path.parents) & features
            assert known, f"{top}/{path} belongs to no feature"


def test_the_picture_of_the_house_is_drawn_from_todays_imports() -> None:
    assert architecture.PICTURE.read_text() == architecture.picture(), "run `python -m docs.architecture`"
