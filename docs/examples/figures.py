"""Three published figures from the files of /open-data, with pandas: python figures.py FOLDER 2561 6

FOLDER holds organisations, plan_years, project_years, reports and closed_rounds as .csv.gz; an address does, too.
"""

import sys

import pandas as pd

LEVELS = {"6": (50, 20), "12": (80, 50)}  # from so many per cent: high, medium
SUMS = ["total", "done", "plan_budget", "spent"]


def table(folder, name, columns, **where):
    """The rows of a file where the columns say so, all as text: codes and satang stay as they are written."""
    rows = pd.read_csv(f"{folder}/{name}.csv.gz", dtype=str, keep_default_na=False, usecols=[*columns, *where])
    for column, value in where.items():
        rows = rows[rows[column] == value]
    return rows


def satang(amounts):
    return pd.to_numeric(amounts.str.replace(".", "", regex=False)).fillna(0).astype("int64")


def percent(part, whole):
    """Two decimals, half up, counted in whole numbers; 0 of nothing is 0."""
    return (part * 20000 // whole.where(whole > 0, 1) + 1) // 2 / 100


def organisations(folder, year, round_):
    """A row for each organisation: its province, level, projects and satang, as its round closed or as it stands."""
    moment = {"fiscal_year": year, "round": round_}
    key = "organisation_id"
    fixed = table(
        folder,
        "closed_rounds",
        [key, "province_code", "level", *SUMS[1:], "in_progress", "cannot", "not_reported", "closed_at"],
        in_force="true",
        **moment,
    ).set_index(key)
    fixed["total"] = fixed[["done", "in_progress", "cannot", "not_reported"]].astype("int64").sum(axis=1)
    fixed["done"] = fixed["done"].astype("int64")
    fixed[["plan_budget", "spent"]] = fixed[["plan_budget", "spent"]].apply(satang)

    reports = table(folder, "reports", [key, "status", "spent"], counted="true", **moment).set_index(key)
    planned = table(folder, "project_years", [key, "plan_budget"], counted="true", fiscal_year=year).set_index(key)
    passed = table(folder, "plan_years", [key], status="passed", fiscal_year=year)[key]
    stands = table(folder, "organisations", ["id", "province_code", "closed", "founded_at"]).set_index("id")
    stands["total"] = reports.groupby(key).size()
    stands["reported"] = (reports["status"] != "not_reported").groupby(key).sum()
    stands["done"] = (reports["status"] == "done").groupby(key).sum()
    stands["spent"] = satang(reports["spent"]).groupby(key).sum()
    stands["plan_budget"] = satang(planned["plan_budget"]).groupby(key).sum()
    stands = stands[(stands["closed"] == "false") | stands["total"].notna()]
    if len(fixed):  # an organisation that was founded after the round closed had none
        stands = stands[stands["founded_at"] <= fixed["closed_at"].max()]
    stands = stands[~stands.index.isin(fixed.index)].fillna(0)
    high, medium = LEVELS[round_]
    stands["level"] = "low"
    stands.loc[stands["done"] * 100 >= medium * stands["total"], "level"] = "medium"
    stands.loc[stands["done"] * 100 >= high * stands["total"], "level"] = "high"
    stands.loc[stands["reported"] == 0, "level"] = "not_reported"
    stands.loc[~stands.index.isin(passed), "level"] = "not_passed"
    return pd.concat([fixed, stands])[["province_code", "level", *SUMS]].astype(dict.fromkeys(SUMS, "int64"))


def figures(folder, year, round_):
    """By province: how much is done; how many organisations have which level; how much of the budget was spent."""
    rows = organisations(folder, year, round_)
    sums = rows.groupby("province_code")[SUMS].sum()
    sums.loc["TH"] = sums.sum()
    done = sums[["done", "total"]].assign(percent=percent(sums["done"], sums["total"]))
    levels = rows.groupby(["province_code", "level"]).size().unstack(fill_value=0)
    money = sums[["spent", "plan_budget"]].assign(percent=percent(sums["spent"], sums["plan_budget"]))
    return done, levels, money


if __name__ == "__main__":
    for figure in figures(*sys.argv[1:]):
        print(figure, end="\n\n")
