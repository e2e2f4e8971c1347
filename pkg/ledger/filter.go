package ledger

import (
	"slices"
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
func (f *Filter) summed() []summedBy {
	return []summedBy{
		{ByTenant, f.Tenant},
		{ByProject, f.Project},
		{BySource, string(f.Source)},
		{ByModel, f.Model},
		{ByPrompt, f.Prompt},
		{ByVersion, f.Version},
		{ByExperiment, f.Experiment},
		{ByRun, f.RunID},
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

// onlyCalls tells whether the filter asks for what no sums know of.
func (f *Filter) onlyCalls() bool {
	for _, c := range f.single() {
		if c.value != "" {
			return true
		}
	}
	return f.Tag != "" || f.MinCost > 0 || f.MinLatency > 0 || f.Search != nil
}

// needs are the dimensions that a table has to tell apart for the filter, and to group by some.
func (f *Filter) needs(by []Dimension) []Dimension {
	needs := slices.Clone(by)
	for _, c := range f.summed() {
		if c.value != "" {
			needs = append(needs, c.dimension)
		}
	}
	return needs
}

type (
	condition struct{ column, value string }
	summedBy  struct {
		dimension Dimension
		value     string
	}
)

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
	for _, c := range f.summed() {
		if c.value != "" {
			is(c.dimension.column()+" = ?", c.value)
		}
	}
	for _, c := range f.single() {
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
