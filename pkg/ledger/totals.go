package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Totals sums up the calls that fit, one Total for each group, sorted by the group's key. Without a
// dimension there is one Total of everything, or none when no call fits. Limit and Before have no say.
//
// Where the filter asks for nothing but the fields of Key, sums of months, days and hours answer, which know of calls
// that were pruned since; for the rest of an hour at Since and Until, and for all else, the calls themselves are read.
func (l *Ledger) Totals(ctx context.Context, f Filter, by ...Dimension) ([]Total, error) {
	by, err := inOrder(by)
	if err != nil {
		return nil, err
	}
	if f.Search != nil {
		if err := l.Index(ctx, nil); err != nil {
			return nil, err
		}
	}
	// One transaction, so that all parts are of the same moment.
	tx, err := l.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }()
	first, last, err := bounds(ctx, tx)
	if err != nil {
		return nil, err
	}
	g := newGroups(by)
	for _, s := range f.spans(by, first, last) {
		f.Since, f.Until = s.since, s.until
		query, args := f.totals(s.table, by, f.offset(first, last))
		if err := g.read(ctx, tx, query, args); err != nil {
			return nil, err
		}
	}
	return g.sorted(), nil
}

// inOrder are the dimensions in the order of Key, each once.
func inOrder(by []Dimension) (out []Dimension, err error) {
	for _, d := range Dimensions() {
		if slices.Contains(by, d) {
			out = append(out, d)
		}
	}
	for _, d := range by {
		if !slices.Contains(out, d) {
			return nil, fmt.Errorf("ledger: calls cannot be summed up by %q", d)
		}
	}
	return out, nil
}

// totals selects the columns to group by, and the sums.
func (f *Filter) totals(t table, by []Dimension, offset string) (query string, args []any) {
	where, args := f.where(t)
	if t.name == "call_days" && f.Tenant == "" && !f.Since.IsZero() { // so that each tenant's days are found by the key
		where = `tenant IN (SELECT DISTINCT tenant FROM tenant_months) AND ` + where
	}
	var columns, places strings.Builder
	for i, d := range by {
		column := d.column()
		if d == ByDay {
			column = "(at + " + offset + ") / 86400"
		}
		columns.WriteString(column + ", ")
		places.WriteString(strconv.Itoa(i+1) + ", ")
	}
	if t.name != single.name {
		return fmt.Sprintf(`SELECT %ssums FROM (SELECT %s * %d AS at, * FROM %s WHERE %s)`,
			columns.String(), t.column, int64(t.unit.Seconds()), t.name, where), args
	}
	return fmt.Sprintf(`SELECT %s%s FROM (SELECT %s FROM calls c WHERE %s) GROUP BY %sNULL`,
		columns.String(), packedUp, callAsHour, where, places.String()), args
}

// callAsHour shows a call as call_hours would if it were alone in its hour.
const callAsHour = `time / 1000000000 AS at, tenant, project, source, model, prompt, version, experiment, run_id,
	1 AS calls, status = 'ok' AS ok, status = 'incomplete' AS incomplete, status = 'error' AS failed, status = 'canceled' AS canceled,
	output IS NULL AS unknown_usage, usage_source = 'estimated' AS estimated, coalesce(uncached, 0) AS uncached, coalesce(cache_read, 0) AS cache_read,
	coalesce(cache_write, 0) AS cache_write, coalesce(cache_write_1h, 0) AS cache_write_1h,
	coalesce(output, 0) AS output, coalesce(reasoning, 0) AS reasoning,
	cost IS NULL AND status IN ('ok', 'incomplete') AS unpriced, cost IS NULL AND status NOT IN ('ok', 'incomplete') AS unpriced_failed,
	coalesce(cost, 0) AS cost, cache = 'hit' AS hits, cache = 'miss' AS misses, coalesce(saved, 0) AS saved,
	passed IS NOT NULL AS judged, coalesce(passed, 0) AS passed, total`

// Of gives the value of a dimension.
func (k *Key) Of(d Dimension) string {
	if d == ByDay {
		return k.Day
	}
	return *k.field(d)
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
