package ledger

import (
	"context"
	"database/sql"
	"time"
)

// hourKey is what call_hours sums up by, and the other tables of sums with what they count for hours.
type hourKey struct {
	hour                                                             int64
	tenant, project, source, model, prompt, version, experiment, run string
}

func (r *Record) hourKey() hourKey {
	return hourKey{r.Time.UnixNano() / int64(time.Hour), r.Tenant, r.Project, string(r.Source), r.Model(), r.Prompt, r.Version, r.Experiment, r.RunID}
}

func add(sums map[hourKey]*Total, r *Record, sign int64) {
	key := r.hourKey()
	t := sums[key]
	if t == nil {
		t = &Total{}
		sums[key] = t
	}
	t.add(r, sign)
}

// inTx runs a statement of a transaction.
type inTx func(query string, args ...any) error

func inSQL(ctx context.Context, tx *sql.Tx) inTx {
	return func(query string, args ...any) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	}
}

// writeSums adds sums to those of their hours, days and months.
func writeSums(exec inTx, sums map[hourKey]*Total) error {
	ofDays := rollUp(sums, func(k *hourKey) { k.hour /= 24 })
	all := func(k *hourKey) { k.tenant, k.run = "", "" }
	for _, into := range []struct {
		table
		sums map[hourKey]*Total
	}{
		{hours, sums},
		{days, ofDays},
		{months, rollUp(ofDays, func(k *hourKey) { k.hour = months.at(time.Unix(k.hour*86400, 0)) })},
		{allHours, rollUp(sums, all)},
		{allDays, rollUp(ofDays, all)},
	} {
		if err := upsert(exec, `INSERT INTO `+into.name+upsertSums, into.sums); err != nil {
			return err
		}
	}
	return nil
}

// rollUp sums up what is under the same key once keys are made wider.
func rollUp(sums map[hourKey]*Total, widen func(*hourKey)) map[hourKey]*Total {
	out := make(map[hourKey]*Total, len(sums))
	for k, t := range sums {
		widen(&k)
		if out[k] == nil {
			out[k] = &Total{}
		}
		out[k].Plus(t)
	}
	return out
}

func upsert(exec inTx, query string, sums map[hourKey]*Total) error {
	for k, t := range sums {
		err := exec(query, k.hour, k.tenant, k.project, k.source, k.model, k.prompt, k.version, k.experiment, k.run,
			t.Calls, t.OK, t.Incomplete, t.Failed, t.Canceled, t.UnknownUsage, t.Estimated,
			t.Usage.UncachedInput, t.Usage.CacheRead, t.Usage.CacheWrite, t.Usage.CacheWrite1h, t.Usage.Output, t.Usage.Reasoning,
			t.Unpriced, t.UnpricedFailed, int64(t.Cost),
			t.CacheHits, t.CacheMisses, int64(t.Saved), t.Judged, t.Passed, int64(t.Latency))
		if err != nil {
			return err
		}
	}
	return nil
}

const upsertSums = ` VALUES (?,?,?,?,?,?,?,?,?, ?,?,?,?,?,?,?, ?,?,?,?,?,?, ?,?,?, ?,?,?,?,?,?) ON CONFLICT DO UPDATE SET
	calls = calls + excluded.calls, ok = ok + excluded.ok, incomplete = incomplete + excluded.incomplete,
	failed = failed + excluded.failed, canceled = canceled + excluded.canceled, unknown_usage = unknown_usage + excluded.unknown_usage,
	estimated = estimated + excluded.estimated,
	uncached = uncached + excluded.uncached, cache_read = cache_read + excluded.cache_read,
	cache_write = cache_write + excluded.cache_write, cache_write_1h = cache_write_1h + excluded.cache_write_1h,
	output = output + excluded.output, reasoning = reasoning + excluded.reasoning,
	unpriced = unpriced + excluded.unpriced, unpriced_failed = unpriced_failed + excluded.unpriced_failed,
	cost = cost + excluded.cost,
	hits = hits + excluded.hits, misses = misses + excluded.misses, saved = saved + excluded.saved,
	judged = judged + excluded.judged, passed = passed + excluded.passed, total = total + excluded.total`
