package ledger

// fields is the second migration: what the gateway tells of a call (cache, route, fallbacks, budget), and
// hourly sums by what reports group by.
//
// The old sums know neither run nor project. What the calls that are still there tell of them is moved to
// sums of their own; the rest is of calls that were pruned, and stays under no run.
const fields = `
ALTER TABLE calls ADD COLUMN parent TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN project TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN key_name TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN unit TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN tags TEXT NOT NULL DEFAULT '[]'; -- JSON, as fallback_from is
ALTER TABLE calls ADD COLUMN experiment TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN usage_source TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN cost_note TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN cache TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN route TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN route_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN fallback_from TEXT NOT NULL DEFAULT '[]';
ALTER TABLE calls ADD COLUMN fallback_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN cut TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN passed INTEGER;
UPDATE calls SET usage_source = 'estimated' WHERE estimated;
UPDATE calls SET cache = 'hit' WHERE cached;
ALTER TABLE calls DROP COLUMN estimated;
ALTER TABLE calls DROP COLUMN cached;

ALTER TABLE call_texts ADD COLUMN vars TEXT NOT NULL DEFAULT ''; -- JSON
-- What is indexed for search; see search.go. Rows are marked when their texts are in the index.
ALTER TABLE call_texts ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX call_texts_unindexed ON call_texts (seq) WHERE indexed = 0 AND kept IN ('redacted', 'full');
CREATE VIRTUAL TABLE call_search USING fts5(
	system, input, output, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2'
);
CREATE TRIGGER call_texts_gone AFTER DELETE ON call_texts WHEN old.indexed BEGIN
	DELETE FROM call_search WHERE rowid = old.seq;
END;
CREATE TABLE ledger_notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

ALTER TABLE call_hours RENAME TO old_hours;
CREATE TABLE call_hours (
	hour INTEGER NOT NULL, -- hours since 1970 in UTC
	tenant TEXT NOT NULL,
	project TEXT NOT NULL,
	source TEXT NOT NULL,
	model TEXT NOT NULL,
	prompt TEXT NOT NULL,
	version TEXT NOT NULL,
	experiment TEXT NOT NULL,
	run_id TEXT NOT NULL,
	calls INTEGER NOT NULL, ok INTEGER NOT NULL, incomplete INTEGER NOT NULL, failed INTEGER NOT NULL, canceled INTEGER NOT NULL,
	unknown_usage INTEGER NOT NULL, estimated INTEGER NOT NULL,
	uncached INTEGER NOT NULL, cache_read INTEGER NOT NULL, cache_write INTEGER NOT NULL, cache_write_1h INTEGER NOT NULL,
	output INTEGER NOT NULL, reasoning INTEGER NOT NULL,
	unpriced INTEGER NOT NULL, unpriced_failed INTEGER NOT NULL, cost INTEGER NOT NULL,
	hits INTEGER NOT NULL, misses INTEGER NOT NULL, saved INTEGER NOT NULL,
	judged INTEGER NOT NULL, passed INTEGER NOT NULL,
	total INTEGER NOT NULL,
	PRIMARY KEY (hour, tenant, project, source, model, prompt, version, experiment, run_id)
) WITHOUT ROWID;

INSERT INTO call_hours
SELECT hour, tenant, '', source, model, prompt, version, '', run_id,
	sum(calls), sum(ok), sum(incomplete), sum(failed), sum(canceled), sum(unknown_usage), sum(estimated),
	sum(uncached), sum(cache_read), sum(cache_write), sum(cache_write_1h), sum(output), sum(reasoning),
	sum(unpriced), sum(unpriced_failed), sum(cost), sum(hits), 0, sum(saved), 0, 0, sum(total)
FROM (
	SELECT hour, tenant, source, model, prompt, version, '' AS run_id, calls, ok, incomplete, failed, canceled, unknown_usage,
		0 AS estimated, uncached, cache_read, cache_write, cache_write_1h, output, reasoning,
		unpriced, unpriced_failed, cost, cached AS hits, saved, total
	FROM old_hours
	UNION ALL
	SELECT time / 3600000000000, tenant, source, model, prompt, version, iif(sign > 0, run_id, ''), sign, sign * (status = 'ok'),
		sign * (status = 'incomplete'), sign * (status = 'error'), sign * (status = 'canceled'), sign * (calls.output IS NULL),
		max(sign, 0) * (usage_source = 'estimated'), sign * coalesce(uncached, 0), sign * coalesce(cache_read, 0),
		sign * coalesce(cache_write, 0), sign * coalesce(cache_write_1h, 0), sign * coalesce(output, 0), sign * coalesce(reasoning, 0),
		sign * (cost IS NULL AND status IN ('ok', 'incomplete')), sign * (cost IS NULL AND status NOT IN ('ok', 'incomplete')),
		sign * coalesce(cost, 0), sign * (cache = 'hit'), sign * coalesce(saved, 0), sign * total
	FROM calls, (SELECT -1 AS sign UNION ALL SELECT 1)
) GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 HAVING sum(calls) <> 0;
DROP TABLE old_hours;

-- The same sums by days of UTC: a twenty-fourth of the rows, for reports that need no hours.
CREATE TABLE call_days (
	day INTEGER NOT NULL, -- days since 1970 in UTC
	tenant TEXT NOT NULL,
	project TEXT NOT NULL,
	source TEXT NOT NULL,
	model TEXT NOT NULL,
	prompt TEXT NOT NULL,
	version TEXT NOT NULL,
	experiment TEXT NOT NULL,
	run_id TEXT NOT NULL,
	calls INTEGER NOT NULL, ok INTEGER NOT NULL, incomplete INTEGER NOT NULL, failed INTEGER NOT NULL, canceled INTEGER NOT NULL,
	unknown_usage INTEGER NOT NULL, estimated INTEGER NOT NULL,
	uncached INTEGER NOT NULL, cache_read INTEGER NOT NULL, cache_write INTEGER NOT NULL, cache_write_1h INTEGER NOT NULL,
	output INTEGER NOT NULL, reasoning INTEGER NOT NULL,
	unpriced INTEGER NOT NULL, unpriced_failed INTEGER NOT NULL, cost INTEGER NOT NULL,
	hits INTEGER NOT NULL, misses INTEGER NOT NULL, saved INTEGER NOT NULL,
	judged INTEGER NOT NULL, passed INTEGER NOT NULL,
	total INTEGER NOT NULL,
	PRIMARY KEY (day, tenant, project, source, model, prompt, version, experiment, run_id)
) WITHOUT ROWID;
INSERT INTO call_days
SELECT hour / 24, tenant, project, source, model, prompt, version, experiment, run_id,
	sum(calls), sum(ok), sum(incomplete), sum(failed), sum(canceled), sum(unknown_usage), sum(estimated),
	sum(uncached), sum(cache_read), sum(cache_write), sum(cache_write_1h), sum(output), sum(reasoning),
	sum(unpriced), sum(unpriced_failed), sum(cost), sum(hits), sum(misses), sum(saved), sum(judged), sum(passed), sum(total)
FROM call_hours GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;
`
