#!/usr/bin/env python3
"""Rebuild the front page's figures from the published files, with nothing but Python's standard library.

    python3 open_data_figures.py FOLDER --year 2561 --round 6

FOLDER holds organisations, plan_years, project_years, reports and closed_rounds as CSV (.csv or .csv.gz), as
downloaded from /open-data. Nothing of the application is used here: the rules are written out once more, from the
specification.

A round that closed for an organisation stays as it was: its edition in force says how its projects stood, whether its
plan passed, and in which province it was. All others are counted from projects and reports as they stand now.

Who counts: a project that runs in the fiscal year and was not rejected (`counted`). Percent: done ÷ total × 100, two
decimals, half up. Level of an LAO, from the exact ratio: round 6 high from 50 %, medium from 20 %; round 12 high from
80 %, medium from 50 %; else low; no report at all: not_reported; plan not passed: not_passed.
"""

import argparse
import csv
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

THRESHOLDS = {6: (50, 20), 12: (80, 50)}
COUNTRY = "TH"
NUMBERS = ("total", "done", "in_progress", "cannot", "not_reported", "in_ordinance")
AMOUNTS = ("plan_budget", "ordinance_budget", "spent")


def rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """The rows of one table, packed or not."""
    plain = folder / f"{name}.csv"
    path, opener = (plain, open) if plain.exists() else (folder / f"{name}.csv.gz", gzip.open)
    with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def percent(part: Decimal | int, whole: Decimal | int) -> str:
    return str((Decimal(100) * part / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)) if whole else "0.00"


def level(round_: int, sums: dict, passed: bool) -> str:
    if not passed:
        return "not_passed"
    if sums["total"] == sums["not_reported"]:
        return "not_reported"
    high, medium = THRESHOLDS[round_]
    if sums["done"] * 100 >= high * sums["total"]:
        return "high"
    return "medium" if sums["done"] * 100 >= medium * sums["total"] else "low"


def of_each_lao(folder: Path, year: int, round_: int) -> dict[str, dict]:
    """Sums of each LAO that has projects in the year."""
    found: dict[str, dict] = defaultdict(lambda: dict.fromkeys(NUMBERS, 0) | dict.fromkeys(AMOUNTS, Decimal(0)))
    for row in rows(folder, "project_years"):
        if row["fiscal_year"] == str(year) and row["counted"] == "true":
            found[row["organisation_id"]]["plan_budget"] += Decimal(row["plan_budget"] or 0)
    for row in rows(folder, "reports"):
        if (row["fiscal_year"], row["round"], row["counted"]) == (str(year), str(round_), "true"):
            sums = found[row["organisation_id"]]
            sums["total"] += 1
            sums[row["status"]] += 1
            sums["in_ordinance"] += row["ordinance_budget"] != ""
            sums["ordinance_budget"] += Decimal(row["ordinance_budget"] or 0)
            sums["spent"] += Decimal(row["spent"] or 0)
    return found


def closed(folder: Path, year: int, round_: int) -> dict[str, dict]:
    """The edition in force of each organisation whose round closed, by its number, with the sums of its projects."""
    found = {}
    for row in rows(folder, "closed_rounds"):
        if (row["fiscal_year"], row["round"], row["in_force"]) == (str(year), str(round_), "true"):
            sums = {name: int(row[name]) for name in NUMBERS if name != "total"}
            sums["total"] = sum(sums[name] for name in ("done", "in_progress", "cannot", "not_reported"))
            found[row["organisation_id"]] = row | {"sums": sums | {name: Decimal(row[name]) for name in AMOUNTS}}
    return found


def figures(folder: Path, year: int, round_: int) -> dict[str, dict]:
    """The figures of the country and of each province, by code; the country's is TH."""
    passed = {
        row["organisation_id"]
        for row in rows(folder, "plan_years")
        if row["fiscal_year"] == str(year) and row["status"] == "passed"
    }
    laos, kept = of_each_lao(folder, year, round_), closed(folder, year, round_)
    closing = max((row["closed_at"] for row in kept.values()), default=None)
    places: dict[str, list[dict]] = defaultdict(list)
    levels: dict[str, Counter] = defaultdict(Counter)
    for row in rows(folder, "organisations"):
        if row["id"] in kept:
            was = kept[row["id"]]
            sums, province, has_passed = was["sums"], was["province_code"], was["plan_status"] == "passed"
        elif (row["closed"] == "true" and row["id"] not in laos) or (closing and row["founded_at"] > closing):
            continue
        else:
            sums, province, has_passed = laos[row["id"]], row["province_code"], row["id"] in passed
        for place in (COUNTRY, province):
            places[place].append(sums)
            levels[place][level(round_, sums, has_passed)] += 1
    return {place: _figure(sums, levels[place]) for place, sums in sorted(places.items())}


def _figure(laos: list[dict], levels: Counter) -> dict:
    told = {name: sum(sums[name] for sums in laos) for name in NUMBERS}
    money = {name: sum((sums[name] for sums in laos), Decimal(0)) for name in AMOUNTS}
    return {
        "organisations": len(laos),
        "levels": dict(sorted(levels.items())),
        **told,
        "percent": percent(told["done"], told["total"]),
        **{name: f"{amount:.2f}" for name, amount in money.items()},
        "budget_percent": percent(money["spent"], money["plan_budget"]) if money["plan_budget"] else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="The front page's figures, from the published files.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--year", type=int, required=True, help="fiscal year, Buddhist era")
    parser.add_argument("--round", type=int, choices=THRESHOLDS, required=True)
    asked = parser.parse_args()
    print(json.dumps(figures(asked.folder, asked.year, asked.round), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
