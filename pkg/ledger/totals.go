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
	query, args := f.totals(columns, f.sums(by...))
	rows, err := l.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var groups []Total
	for rows.Next() {
		if err := group(rows, by, &groups); err != nil {
			return nil, err
		}
	}
	sortTotals(groups)
	return groups, rows.Err()
}

// columns are what to group by, one for each dimension.
func (l *Ledger) columns(ctx context.Context, f Filter, by []Dimension) ([]string, error) {
	var columns []string
	for _, d := range by {
		if !slices.Contains(Dimensions(), d) {
			return nil, fmt.Errorf("ledger: calls cannot be summed up by %q", d)
		}
		switch d {
		case ByRun:
			columns = append(columns, "run_id")
		case ByDay:
			offset, err := l.offset(ctx, f)
			if err != nil {
				return nil, err
			}
			columns = append(columns, "(at + "+offset+") / 86400")
		default:
			columns = append(columns, string(d))
		}
	}
	return columns, nil
}

func (f *Filter) totals(columns []string, t table) (query string, args []any) {
	where, args := f.where(t)
	if t == days && f.Tenant == "" && !f.Since.IsZero() { // so that each tenant's days are found by the key
		where = `tenant IN (SELECT DISTINCT tenant FROM call_months) AND ` + where
	}
	from := fmt.Sprintf(`(SELECT %s * %d AS at, source = 'eval' AS of_eval, * FROM %s WHERE %s)`, t.column, int64(t.unit.Seconds()), t.name, where)
	if t == single {
		from = `(SELECT ` + callAsHour + ` FROM calls c WHERE ` + where + `)`
	}
	groups := "NULL" // else no call at all would make a group
	for i := range columns {
		if i == 0 {
			groups = "1"
			continue
		}
		groups += ", " + strconv.Itoa(i+1)
	}
	return `SELECT ` + strings.Join(append(slices.Clone(columns), sums), ", ") + ` FROM ` + from + ` GROUP BY ` + groups, args
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
func group(rows *sql.Rows, by []Dimension, groups *[]Total) error {
	var day int64
	var t Total
	fields := make([]any, 0, len(by)+24)
	for _, d := range by {
		if d == ByDay {
			fields = append(fields, &day)
			continue
		}
		fields = append(fields, t.field(d))
	}
	err := rows.Scan(append(fields, &t.Calls, &t.OK, &t.Incomplete, &t.Failed, &t.Canceled, &t.UnknownUsage, &t.Estimated,
		&t.Usage.UncachedInput, &t.Usage.CacheRead, &t.Usage.CacheWrite, &t.Usage.CacheWrite1h, &t.Usage.Output, &t.Usage.Reasoning,
		&t.Unpriced, &t.UnpricedFailed, &t.Cost,
		&t.CacheHits, &t.CacheMisses, &t.Saved, &t.Judged, &t.Passed, &t.Latency, &t.EvalCost, &t.EvalUnpriced)...)
	if err != nil {
		return err
	}
	if slices.Contains(by, ByDay) {
		t.Day = time.Unix(day*86400, 0).UTC().Format(time.DateOnly)
	}
	*groups = append(*groups, t)
	return nil
}

// field is where a dimension other than the day stands.
func (k *Key) field(d Dimension) *string {
	switch d {
	case ByTenant:
		return &k.Tenant
	case ByProject:
		return &k.Project
	case BySource:
		return &k.Source
	case ByModel:
		return &k.Model
	case ByPrompt:
		return &k.Prompt
	case ByVersion:
		return &k.Version
	case ByExperiment:
		return &k.Experiment
	}
	return &k.Run
}

func sortTotals(all []Total) {
	slices.SortFunc(all, func(a, b Total) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Project, b.Project),
			cmp.Compare(a.Source, b.Source), cmp.Compare(a.Model, b.Model), cmp.Compare(a.Prompt, b.Prompt),
			cmp.Compare(a.Version, b.Version), cmp.Compare(a.Experiment, b.Experiment), cmp.Compare(a.Run, b.Run))
	})
}
