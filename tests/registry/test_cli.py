"""`flask registry`: what an operator sees, and what a dry run leaves alone."""

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from app.db import db
from app.models import Account, HistoryEntry, Organisation
from app.registry.queries import find_by_code

HEADER = "code,name,type,province_code,district_code"
DIN_THONG = "6650807,องค์การบริหารส่วนตำบลดินทอง,องค์การบริหารส่วนตำบล,65,6508"
NAKHON_THAI = "5650301,เทศบาลตำบลนครไทย,เทศบาลตำบล,65,6503"
UPGRADES = "old_code,new_code,new_type,new_name\n6650807,5650807,เทศบาลตำบล,เทศบาลตำบลดินทอง\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "list.csv").write_text(f"\ufeff{HEADER}\r\n{DIN_THONG}\r\n{NAKHON_THAI}\r\n", encoding="utf-8")
    (tmp_path / "upgrades.csv").write_text(UPGRADES, encoding="utf-8")
    (tmp_path / "broken.csv").write_text(f"{HEADER}\n{DIN_THONG}\n12,,x,99,\n{NAKHON_THAI},1\n", encoding="utf-8")
    return tmp_path


def run(app: Flask, *words: object) -> Result:
    result = app.test_cli_runner().invoke(args=["registry", *map(str, words)])
    db.session.rollback()
    return result


def rows(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_the_numbers_come_first_then_a_line_for_each_change(app: Flask, folder: Path) -> None:
    result = run(app, "import", folder / "list.csv")

    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "added: 2",
        "upgraded: 0",
        "moved: 0",
        "renamed: 0",
        "retyped: 0",
        "unchanged: 0",
        "not in the file: 0",
        "added: 6650807 องค์การบริหารส่วนตำบลดินทอง (องค์การบริหารส่วนตำบล, 6508)",
        "added: 5650301 เทศบาลตำบลนครไทย (เทศบาลตำบล, 6503)",
    ]
    assert rows(Organisation) == 2


def test_an_upgrade_shows_before_and_after(app: Flask, folder: Path) -> None:
    run(app, "import", folder / "list.csv")

    result = run(app, "import", folder / "upgrades.csv", "--upgrades")

    assert result.output.splitlines()[-2:] == [
        "not in the file: 1",
        "upgraded: 6650807 องค์การบริหารส่วนตำบลดินทอง (องค์การบริหารส่วนตำบล, 6508)"
        " → 5650807 เทศบาลตำบลดินทอง (เทศบาลตำบล, 6508)",
    ]
    assert run(app, "import", folder / "upgrades.csv").output.startswith("added: 0\nupgraded: 0\n")


def test_a_dry_run_says_the_same_and_changes_nothing(app: Flask, folder: Path) -> None:
    run(app, "import", folder / "list.csv")
    told = rows(HistoryEntry)

    dry = run(app, "import", folder / "upgrades.csv", "--dry-run")

    assert (rows(HistoryEntry), find_by_code("5650807")) == (told, None)
    real = run(app, "import", folder / "upgrades.csv")
    assert dry.output == "dry run: nothing was changed\n" + real.output
    assert find_by_code("5650807") is not None


def test_a_broken_file_is_refused_whole_with_every_problem(app: Flask, folder: Path) -> None:
    result = run(app, "import", folder / "broken.csv")

    assert result.exit_code == 1
    assert result.output == run(app, "import", folder / "broken.csv", "--dry-run").output
    first, *problems = result.output.splitlines()
    assert first == "Error: broken.csv: nothing was imported"
    assert [problem.split(":")[0] for problem in problems] == [
        "แถวที่ 3 คอลัมน์ code",
        "แถวที่ 3 คอลัมน์ name",
        "แถวที่ 3 คอลัมน์ type",
        "แถวที่ 3 คอลัมน์ province_code",
        "แถวที่ 3 คอลัมน์ district_code",
        "แถวที่ 4",
    ]
    assert rows(Organisation) == 0


def test_a_list_of_laos_is_no_list_of_upgrades(app: Flask, folder: Path) -> None:
    result = run(app, "import", folder / "list.csv", "--upgrades")

    assert result.exit_code == 1
    assert "แถวที่ 1 คอลัมน์ old_code: ไม่มีคอลัมน์นี้" in result.output


def test_load_fills_an_empty_registry_and_then_undoes_no_import(app: Flask, folder: Path) -> None:
    first = run(app, "load")
    imported = run(app, "import", folder / "upgrades.csv")
    told = rows(HistoryEntry)

    second = run(app, "load")

    assert first.output == "added: 0 provinces and districts, 7850 LAOs\n"
    assert imported.output.splitlines()[1:7] == [
        "upgraded: 1",
        "moved: 0",
        "renamed: 0",
        "retyped: 0",
        "unchanged: 0",
        "not in the file: 7849",
    ]
    assert second.output == "added: 0 provinces and districts, 0 LAOs\n"
    upgraded = find_by_code("6650807")
    assert upgraded
    assert upgraded.code == "5650807"
    assert (rows(Organisation), rows(Account), rows(HistoryEntry)) == (7_850, 7_850, told)
