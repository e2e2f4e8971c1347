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
	Parent       string // only parts of the call with this trace id
	KeyName      string
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
		{"parent", f.Parent},
		{"key_name", f.KeyName},
		{"case_id", f.CaseID},
		{"cache", f.Cache},
	}
}

type condition struct{ column, value string }

// where makes the condition and its arguments for a table.
func (f *Filter) where(from table) (string, []any) {
	cond, args := []string{"1"}, []any(nil)
	is := func(c string, v any) { cond, args = append(cond, c), append(args, v) }
	if !f.Since.IsZero() {
		is(from.column+" >= ?", from.at(f.Since))
	}
	if !f.Until.IsZero() {
		is(from.column+" < ?", from.at(f.Until))
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
