package ledger

import (
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Filter chooses calls. Zero fields choose all.
type Filter struct {
	Since, Until time.Time // from Since on, and before Until
	Tenant       string
	Project      string
	Source       Source
	Model        string // as Record.Model gives it: "openai/gpt-4o"
	Prompt       string
	Version      string
	Experiment   string
	RunID        string

	Status       Status
	ErrorKind    llm.ErrorKind
	Conversation string
	CaseID       string
	Tag          string
	Cache        string // CacheHit or CacheMiss
	MinCost      llm.Money
	MinLatency   time.Duration
	Search       *Query // only calls whose texts fit

	Limit  int    // List and Each: at most so many; 0 means all
	Before string // List and Each: only calls older than the one with this trace id, for the next page
	Oldest bool   // List and Each: the oldest first; with Limit still the newest of all
	// Zone is where Totals takes its days to begin; nil means UTC.
	Zone *time.Location
}

// summed are the columns that the hourly sums have too.
func (f *Filter) summed() []condition {
	return []condition{
		{"tenant", f.Tenant},
		{"project", f.Project},
		{"source", string(f.Source)},
		{"model", f.Model},
		{"prompt", f.Prompt},
		{"version", f.Version},
		{"experiment", f.Experiment},
		{"run_id", f.RunID},
	}
}

// single are the columns that only the calls have.
func (f *Filter) single() []condition {
	return []condition{
		{"status", string(f.Status)},
		{"error_kind", string(f.ErrorKind)},
		{"conversation", f.Conversation},
		{"case_id", f.CaseID},
		{"cache", f.Cache},
	}
}

type condition struct{ column, value string }

// table is where sums come from, and unit what its times are counted in: single calls, hours or days.
type table struct {
	name, column string
	unit         time.Duration
}

var (
	single = table{"calls", "time", time.Nanosecond}
	hours  = table{"call_hours", "hour", time.Hour}
	days   = table{"call_days", "day", 24 * time.Hour}
)

// where makes the condition and its arguments for a table.
func (f *Filter) where(from table) (string, []any) {
	cond, args := []string{"1"}, []any(nil)
	is := func(c string, v any) { cond, args = append(cond, c), append(args, v) }
	if !f.Since.IsZero() {
		is(from.column+" >= ?", f.Since.UnixNano()/int64(from.unit))
	}
	if !f.Until.IsZero() {
		is(from.column+" < ?", f.Until.UnixNano()/int64(from.unit))
	}
	for _, c := range append(f.summed(), f.single()...) {
		if c.value != "" {
			is(c.column+" = ?", c.value)
		}
	}
	if f.Tag != "" {
		is("EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)", f.Tag)
	}
	if f.MinCost > 0 {
		is("cost >= ?", int64(f.MinCost))
	}
	if f.MinLatency > 0 {
		is("total >= ?", int64(f.MinLatency))
	}
	if f.Search != nil {
		is("c.seq IN (SELECT rowid FROM call_search WHERE call_search MATCH ?)", f.Search.match)
	}
	return strings.Join(cond, " AND "), args
}

// sums is the smallest table that can answer. byDay means that days are told apart, which the zone may
// begin at any hour.
func (f *Filter) sums(byDay bool) table {
	for _, c := range f.single() {
		if c.value != "" {
			return single
		}
	}
	if f.Tag != "" || f.MinCost > 0 || f.MinLatency > 0 || f.Search != nil {
		return single
	}
	whole := func(unit time.Duration) bool {
		return (f.Since.IsZero() || f.Since.UnixNano()%int64(unit) == 0) && (f.Until.IsZero() || f.Until.UnixNano()%int64(unit) == 0)
	}
	switch {
	case whole(days.unit) && (!byDay || f.Zone == nil || f.Zone == time.UTC):
		return days
	case whole(hours.unit) && (!byDay || f.wholeHours()):
		return hours
	}
	return single
}
