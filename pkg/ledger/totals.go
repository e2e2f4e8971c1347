package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Totals sums up the calls that fit, one Total for each group, sorted by the group's key. Without a
// dimension there is one Total of everything, or none when no call fits. Limit and Before have no say.
//
// Where the filter asks for nothing finer than whole hours and the fields of Key, the sums of days or hours
// answer, which know of calls that were pruned since; else the calls themselves are read.
func (l *Ledger) Totals(ctx context.Context, f Filter, by ...Dimension) ([]Total, error) {
	if f.Search != nil {
		if err := l.Index(ctx, nil); err != nil {
			return nil, err
		}
	}
	columns, err := l.columns(ctx, f, by)
	if err != nil {
		return nil, err
	}
	query, args := f.totals(columns, by, f.sums(by...))
	rows, err := l.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var groups []Total
	for rows.Next() {
		if err := group(rows, &groups); err != nil {
			return nil, err
		}
	}
	sortTotals(groups)
	return groups, rows.Err()
}

// columns are what to group by, in the order of Key; NULL where a field is not asked for.
func (l *Ledger) columns(ctx context.Context, f Filter, by []Dimension) ([]string, error) {
	columns := slices.Repeat([]string{"NULL"}, len(Dimensions()))
	for _, d := range by {
		i := slices.Index(Dimensions(), d)
		if i < 0 {
			return nil, fmt.Errorf("ledger: calls cannot be summed up by %q", d)
		}
		if columns[i] = string(d); d == ByRun {
			columns[i] = "run_id"
		}
	}
	if !slices.Contains(by, ByDay) {
		return columns, nil
	}
	offset, err := l.offset(ctx, f)
	columns[0] = "(at + " + offset + ") / 86400"
	return columns, err
}

func (f *Filter) totals(columns []string, by []Dimension, t table) (query string, args []any) {
	where, args := f.where(t)
	if t == days && f.Tenant == "" && !f.Since.IsZero() { // so that each tenant's days are found by the key
		where = `tenant IN (SELECT DISTINCT tenant FROM call_months) AND ` + where
	}
	from := fmt.Sprintf(`(SELECT %s * %d AS at, source = 'eval' AS of_eval, * FROM %s WHERE %s)`, t.column, int64(t.unit.Seconds()), t.name, where)
	if t == single {
		from = `(SELECT ` + callAsHour + ` FROM calls c WHERE ` + where + `)`
	}
	query = `SELECT ` + strings.Join(columns, ", ") + `, ` + sums + ` FROM ` + from
	return query + groupBy(by), args
}

// groupBy names the columns by their places: only those that are asked for, since SQLite sorts by all that it is told.
func groupBy(by []Dimension) string {
	var places []string
	for _, d := range by {
		places = append(places, strconv.Itoa(slices.Index(Dimensions(), d)+1))
	}
	if len(places) == 0 {
		return ` GROUP BY NULL` // else no call at all would make a group
	}
	return ` GROUP BY ` + strings.Join(places, ", ")
}

const sums = `sum(calls), sum(ok), sum(incomplete), sum(failed), sum(canceled), sum(unknown_usage), sum(estimated),
	sum(uncached), sum(cache_read), sum(cache_write), sum(cache_write_1h), sum(output), sum(reasoning),
	sum(unpriced), sum(unpriced_failed), sum(cost),
	sum(hits), sum(misses), sum(saved), sum(judged), sum(passed), sum(total),
	sum(cost * of_eval), sum(unpriced * of_eval)`

// callAsHour shows a call as call_hours would if it were alone in its hour.
const callAsHour = `time / 1000000000 AS at, source = 'eval' AS of_eval, tenant, project, source, model, prompt, version, experiment, run_id,
	1 AS calls, status = 'ok' AS ok, status = 'incomplete' AS incomplete, status = 'error' AS failed, status = 'canceled' AS canceled,
	output IS NULL AS unknown_usage, usage_source = 'estimated' AS estimated, coalesce(uncached, 0) AS uncached, coalesce(cache_read, 0) AS cache_read,
	coalesce(cache_write, 0) AS cache_write, coalesce(cache_write_1h, 0) AS cache_write_1h,
	coalesce(output, 0) AS output, coalesce(reasoning, 0) AS reasoning,
	cost IS NULL AND status IN ('ok', 'incomplete') AS unpriced, cost IS NULL AND status NOT IN ('ok', 'incomplete') AS unpriced_failed,
	coalesce(cost, 0) AS cost, cache = 'hit' AS hits, cache = 'miss' AS misses, coalesce(saved, 0) AS saved,
	passed IS NOT NULL AS judged, coalesce(passed, 0) AS passed, total`

// group reads a row.
func group(rows *sql.Rows, groups *[]Total) error {
	var day *int64
	var text [8]*string
	var t Total
	err := rows.Scan(&day, &text[0], &text[1], &text[2], &text[3], &text[4], &text[5], &text[6], &text[7],
		&t.Calls, &t.OK, &t.Incomplete, &t.Failed, &t.Canceled, &t.UnknownUsage, &t.Estimated,
		&t.Usage.UncachedInput, &t.Usage.CacheRead, &t.Usage.CacheWrite, &t.Usage.CacheWrite1h, &t.Usage.Output, &t.Usage.Reasoning,
		&t.Unpriced, &t.UnpricedFailed, &t.Cost,
		&t.CacheHits, &t.CacheMisses, &t.Saved, &t.Judged, &t.Passed, &t.Latency, &t.EvalCost, &t.EvalUnpriced)
	if err != nil {
		return err
	}
	for i, field := range []*string{&t.Tenant, &t.Project, &t.Source, &t.Model, &t.Prompt, &t.Version, &t.Experiment, &t.Run} {
		if text[i] != nil {
			*field = *text[i]
		}
	}
	if day != nil {
		t.Day = time.Unix(*day*86400, 0).UTC().Format(time.DateOnly)
	}
	*groups = append(*groups, t)
	return nil
}

func sortTotals(all []Total) {
	slices.SortFunc(all, func(a, b Total) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Project, b.Project),
			cmp.Compare(a.Source, b.Source), cmp.Compare(a.Model, b.Model), cmp.Compare(a.Prompt, b.Prompt),
			cmp.Compare(a.Version, b.Version), cmp.Compare(a.Experiment, b.Experiment), cmp.Compare(a.Run, b.Run))
	})
}
