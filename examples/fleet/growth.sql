-- Growth since last week: `before.parquet` and `results.parquet` are two runs of spark_job.py over the same functions.
SELECT now.name, now.tags['team'] AS team, round(before.init_ms) AS before_ms, round(now.init_ms) AS now_ms,
       round(100 * (now.init_ms / before.init_ms - 1)) AS percent, now.bytes - before.bytes AS more_bytes
FROM 'results.parquet/*.parquet' AS now JOIN 'before.parquet/*.parquet' AS before USING (name)
WHERE now.init_ms > before.init_ms * 1.05 OR now.bytes > before.bytes * 1.05
ORDER BY now.init_ms - before.init_ms DESC, now.name
LIMIT 50;

-- Findings that were not there last week, by what they are known by.
SELECT now.name, finding.rule, finding.severity, finding.message
FROM (SELECT name, unnest(findings) AS finding FROM 'results.parquet/*.parquet') AS now
ANTI JOIN (SELECT name, unnest(findings) AS finding FROM 'before.parquet/*.parquet') AS before
  ON now.name = before.name AND now.finding.fingerprint = before.finding.fingerprint
ORDER BY now.name, finding.rule;
