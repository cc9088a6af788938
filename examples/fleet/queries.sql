-- What owners ask, of the results of spark_job.py: duckdb -c ".read queries.sql" in the folder of results.parquet.

-- The longest Inits, with their teams.
SELECT name, tags['team'] AS team, runtime, round(init_ms) AS init_ms, verdict, grade
FROM 'results.parquet/*.parquet'
ORDER BY init_ms DESC NULLS LAST, name
LIMIT 20;

-- Init by team.
SELECT tags['team'] AS team, count(*) AS functions, round(avg(init_ms)) AS mean_ms, round(max(init_ms)) AS longest_ms,
       count(*) FILTER (verdict = 'fails') AS failing
FROM 'results.parquet/*.parquet'
WHERE error IS NULL
GROUP BY team
ORDER BY mean_ms DESC, team;

-- Packages that repeat: in how many functions, in which versions, and what Init would save without them.
SELECT package.name, count(DISTINCT package.version) AS versions, count(*) AS functions,
       count(*) FILTER (package.loaded = 'never') AS never_loaded, round(sum(package.removable_ms)) AS removable_ms,
       sum(package.bytes) AS bytes
FROM (SELECT unnest(packages) AS package FROM 'results.parquet/*.parquet')
GROUP BY package.name
ORDER BY removable_ms DESC, functions DESC, package.name
LIMIT 20;

-- What a rule adds to a gate: functions that would fail if it became an error.
SELECT finding.rule, finding.severity, count(*) AS findings, count(DISTINCT name) AS functions
FROM (SELECT name, unnest(findings) AS finding FROM 'results.parquet/*.parquet')
GROUP BY ALL
ORDER BY findings DESC, finding.rule;

-- What could not be analysed.
SELECT path, error FROM 'results.parquet/*.parquet' WHERE error IS NOT NULL ORDER BY path;
