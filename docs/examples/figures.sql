-- Three published figures from the files of /open-data, with DuckDB: duckdb < figures.sql
-- in a folder that holds organisations, plan_years, project_years, reports and closed_rounds as .csv.gz.
SET VARIABLE year = '2561';
SET VARIABLE round = '6';
SET VARIABLE high = 50;    -- of round 12: 80
SET VARIABLE medium = 20;  -- of round 12: 50

CREATE TEMP TABLE fixed AS  -- a round that closed: the edition in force
SELECT organisation_id, province_code, level, done::BIGINT AS done,
    done::BIGINT + in_progress::BIGINT + cannot::BIGINT + not_reported::BIGINT AS total,
    spent::DECIMAL(18, 2) AS spent, plan_budget::DECIMAL(18, 2) AS plan_budget, closed_at
FROM read_csv('closed_rounds.csv.gz', all_varchar = true)
WHERE in_force = 'true' AND fiscal_year = getvariable('year') AND round = getvariable('round');

CREATE TEMP TABLE stands AS  -- all others: as they stand
WITH reports AS (
    SELECT organisation_id, count(*) AS total, count(*) FILTER (status = 'done') AS done,
        count(*) FILTER (status <> 'not_reported') AS reported, sum(spent::DECIMAL(18, 2)) AS spent
    FROM read_csv('reports.csv.gz', all_varchar = true)
    WHERE counted = 'true' AND fiscal_year = getvariable('year') AND round = getvariable('round')
    GROUP BY organisation_id
), planned AS (
    SELECT organisation_id, sum(plan_budget::DECIMAL(18, 2)) AS plan_budget
    FROM read_csv('project_years.csv.gz', all_varchar = true)
    WHERE counted = 'true' AND fiscal_year = getvariable('year')
    GROUP BY organisation_id
), passed AS (
    SELECT organisation_id FROM read_csv('plan_years.csv.gz', all_varchar = true)
    WHERE status = 'passed' AND fiscal_year = getvariable('year')
)
SELECT o.id AS organisation_id, o.province_code,
    CASE WHEN o.id NOT IN (FROM passed) THEN 'not_passed'
        WHEN coalesce(reported, 0) = 0 THEN 'not_reported'
        WHEN 100 * done >= getvariable('high') * total THEN 'high'
        WHEN 100 * done >= getvariable('medium') * total THEN 'medium'
        ELSE 'low' END AS level,
    coalesce(done, 0) AS done, coalesce(total, 0) AS total,
    coalesce(spent, 0) AS spent, coalesce(plan_budget, 0) AS plan_budget
FROM read_csv('organisations.csv.gz', all_varchar = true) o
LEFT JOIN reports ON reports.organisation_id = o.id
LEFT JOIN planned ON planned.organisation_id = o.id
WHERE o.id NOT IN (SELECT organisation_id FROM fixed)
    AND (o.closed = 'false' OR total IS NOT NULL)
    -- an organisation that was founded after the round closed had none
    AND coalesce(o.founded_at <= (SELECT max(closed_at) FROM fixed), true);

CREATE TEMP TABLE organisations AS
FROM stands UNION ALL BY NAME SELECT * EXCLUDE (closed_at) FROM fixed;

CREATE MACRO percent(part, whole) AS  -- two decimals, half up, counted in whole numbers; 0 of nothing is 0
    CASE WHEN whole > 0 THEN (part * 20000 // whole + 1) // 2 / 100 ELSE 0 END;

-- 1. How much is done, of each province and of the country
SELECT coalesce(province_code, 'TH') AS place, sum(done)::BIGINT AS done, sum(total)::BIGINT AS total,
    percent(sum(done)::BIGINT, sum(total)::BIGINT) AS percent
FROM organisations GROUP BY GROUPING SETS (province_code, ()) ORDER BY place;

-- 2. How many organisations have which level
SELECT province_code AS place, level, count(*) AS organisations
FROM organisations GROUP BY province_code, level ORDER BY place, level;

-- 3. How much of the planned budget was spent, in satang
SELECT coalesce(province_code, 'TH') AS place, (sum(spent) * 100)::HUGEINT AS spent,
    (sum(plan_budget) * 100)::HUGEINT AS plan_budget,
    percent((sum(spent) * 100)::HUGEINT, (sum(plan_budget) * 100)::HUGEINT) AS percent
FROM organisations GROUP BY GROUPING SETS (province_code, ()) ORDER BY place;
