package ledger

// sumsOfMany is the third migration: the sums that keep reports quick where there are many tenants, so that hardly two calls
// of a day are alike. They have the columns of call_days. The keys of call_days and call_months begin with the tenant,
// and that of call_months goes on with the model, so that sums by those need no sorting.
const sumsOfMany = `
ALTER TABLE call_days RENAME TO old_days;
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
		PRIMARY KEY (tenant, day, project, source, model, prompt, version, experiment, run_id)
) WITHOUT ROWID;
INSERT INTO call_days SELECT * FROM old_days ORDER BY tenant, day, project, source, model, prompt, version, experiment, run_id;
DROP TABLE old_days;

CREATE TABLE call_months (
	month INTEGER NOT NULL, -- months since the year 0 in UTC
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
		PRIMARY KEY (tenant, model, month, project, source, prompt, version, experiment, run_id)
) WITHOUT ROWID;
INSERT INTO call_months
SELECT strftime('%Y', day * 86400, 'unixepoch') * 12 + strftime('%m', day * 86400, 'unixepoch') - 1,
	tenant, project, source, model, prompt, version, experiment, run_id, sum(calls), sum(ok), sum(incomplete), sum(failed), sum(canceled), sum(unknown_usage), sum(estimated),
	sum(uncached), sum(cache_read), sum(cache_write), sum(cache_write_1h), sum(output), sum(reasoning),
	sum(unpriced), sum(unpriced_failed), sum(cost), sum(hits), sum(misses), sum(saved), sum(judged), sum(passed), sum(total)
FROM call_days GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;

-- All tenants and runs together: tenant and run_id are ''.
CREATE TABLE all_hours (
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
INSERT INTO all_hours
SELECT hour, '', project, source, model, prompt, version, experiment, '', sum(calls), sum(ok), sum(incomplete), sum(failed), sum(canceled), sum(unknown_usage), sum(estimated),
	sum(uncached), sum(cache_read), sum(cache_write), sum(cache_write_1h), sum(output), sum(reasoning),
	sum(unpriced), sum(unpriced_failed), sum(cost), sum(hits), sum(misses), sum(saved), sum(judged), sum(passed), sum(total)
FROM call_hours GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;
CREATE TABLE all_days (
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
INSERT INTO all_days
SELECT hour / 24, '', project, source, model, prompt, version, experiment, '', sum(calls), sum(ok), sum(incomplete), sum(failed), sum(canceled), sum(unknown_usage), sum(estimated),
	sum(uncached), sum(cache_read), sum(cache_write), sum(cache_write_1h), sum(output), sum(reasoning),
	sum(unpriced), sum(unpriced_failed), sum(cost), sum(hits), sum(misses), sum(saved), sum(judged), sum(passed), sum(total)
FROM all_hours GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;
`
