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

// where makes the condition and its arguments. hourly means for call_hours, which knows hours only.
func (f *Filter) where(hourly bool) (string, []any) {
	cond, args := []string{"1"}, []any(nil)
	is := func(c string, v any) { cond, args = append(cond, c), append(args, v) }
	since, until, unit := "time >= ?", "time < ?", int64(1)
	if hourly {
		since, until, unit = "hour >= ?", "hour < ?", int64(time.Hour)
	}
	if !f.Since.IsZero() {
		is(since, f.Since.UnixNano()/unit)
	}
	if !f.Until.IsZero() {
		is(until, f.Until.UnixNano()/unit)
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

// hourly tells whether the hourly sums can answer.
func (f *Filter) hourly() bool {
	for _, c := range f.single() {
		if c.value != "" {
			return false
		}
	}
	whole := func(t time.Time) bool { return t.IsZero() || t.UnixNano()%int64(time.Hour) == 0 }
	return f.Tag == "" && f.MinCost <= 0 && f.MinLatency <= 0 && f.Search == nil && whole(f.Since) && whole(f.Until) && f.wholeHours()
}
