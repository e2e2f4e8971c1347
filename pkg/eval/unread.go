package eval

import (
	"cmp"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/score"
)

// needs is the field of a case that a scorer compares with, "" for one that may do without.
func needs(m *score.Metric) string {
	switch m.Type {
	case "exact", "number", "levenshtein", "token_f1", "bleu", "rouge1", "rouge2", "rougeL", "rougeLsum", "embedding_similarity", "context_recall":
		return cmp.Or(m.Field, "expected")
	case "intent":
		return "expected_intent"
	case "tone":
		return "expected_tone"
	case "label":
		return cmp.Or(m.Field, "expected_intent")
	case "faithfulness", "context_precision":
		return "context"
	case "json_schema":
		return "schema"
	}
	return ""
}

// unread names the expectations of a case that none of the scorers looks at. It is asked of each case before the first
// call, so it allocates nothing where all are read.
func unread(c *Case, scorers []*score.Metric) (fields []string) {
	if slices.ContainsFunc(scorers, readsAny) {
		return nil
	}
	note := func(field string, set bool) {
		if set && !slices.ContainsFunc(scorers, func(m *score.Metric) bool { return needs(m) == field }) {
			fields = append(fields, field)
		}
	}
	note("expected", len(c.Expected) > 0)
	note("expected_intent", c.ExpectedIntent != "")
	note("expected_tone", c.ExpectedTone != "")
	note("schema", len(c.Schema) > 0)
	return fields
}

// readsAny tells whether a scorer may look at any field of a case.
func readsAny(m *score.Metric) bool {
	switch m.Type {
	case "judge", "expr", "exec", "all_of", "any_of", "weighted", "regex", "json_path", "tool_call", "starts_with",
		"recall_at_k", "precision_at_k", "hit_rate", "mrr", "map", "ndcg":
		return true
	}
	return false
}

// Unread is a field that cases have and no scorer looks at.
type Unread struct {
	Field string
	Cases int
}

// noteUnread counts what of a case nobody looks at.
func (r *runner) noteUnread(c *Case) {
	for _, field := range unread(c, r.suite.scorersFor(c, nil)) {
		i := slices.IndexFunc(r.unread, func(u Unread) bool { return u.Field == field })
		if i < 0 {
			i = len(r.unread)
			r.unread = append(r.unread, Unread{Field: field})
		}
		r.unread[i].Cases++
	}
}
