// Package route chooses the model of a request that leaves the choice open: rules in order, the first whose
// conditions all hold decides. It asks nobody and keeps nothing. Start with Rules.Decide; Classify sorts a text by
// how likely it needs a strong model.
package route

import (
	"fmt"
	"iter"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Auto is the model reference that leaves the choice to the rules.
const Auto = "auto"

// Rules are tried in their order.
type Rules []Rule

// Rule names the model for the requests that its conditions hold for; one without conditions takes every request.
type Rule struct {
	Name    string // for the decision and the ledger; "" means "rule N", counted from 1
	Model   string // reference or alias
	When    When
	MaxCost *llm.Money // the rule holds only when the call's estimated cost is at most this; nil: whatever it costs
}

// When is a set of conditions that all have to hold. Zero fields ask for nothing.
type When struct {
	Task       string
	Tenant     string
	Prompt     string   // its name, without a version
	Tags       []string // one of these
	AllTags    []string // every one of these
	MinTokens  int      // of input, as the rule's model counts them
	MaxTokens  int
	Complexity Level
}

// Features are what rules look at. The funcs are called when a rule gets as far as to need them; nil ones leave
// their conditions unmet.
type Features struct {
	Task, Tenant, Prompt string
	Tags                 []string

	Tokens     func(model string) int        // input tokens
	Cost       func(model string) *llm.Money // estimated cost; nil means unpriced
	Complexity func() (Level, float64)       // with the score between 0 and 1

	brief bool // nobody asks why a rule does not hold
}

// Decision is what the rules came to.
type Decision struct {
	Index  int // of the rule, from 0
	Rule   string
	Model  string
	Reason string // what held: "task summarize, 310 tokens ≤ 2000"; "always" for a rule without conditions
}

// Step is a rule that was tried: why it held, or why not.
type Step struct {
	Decision
	Holds bool
}

// Decide gives the first rule that holds. ok is false when none does.
func (rs Rules) Decide(f Features) (d Decision, ok bool) {
	f.brief = true
	for s := range rs.Explain(f) {
		if s.Holds {
			return s.Decision, true
		}
	}
	return Decision{}, false
}

// Explain goes through the rules up to the one that holds.
func (rs Rules) Explain(f Features) iter.Seq[Step] {
	return func(yield func(Step) bool) {
		once := f.once()
		for i, r := range rs {
			reasons, holds := r.check(once)
			d := Decision{Index: i, Rule: rs.name(i), Model: r.Model, Reason: strings.Join(reasons, ", ")}
			if !yield(Step{d, holds}) || holds {
				return
			}
		}
	}
}

func (rs Rules) name(i int) string {
	if rs[i].Name != "" {
		return rs[i].Name
	}
	return fmt.Sprintf("rule %d", i+1)
}

// Always tells that the rule takes every request.
func (r Rule) Always() bool { return r.MaxCost == nil && r.When.empty() }

func (w When) empty() bool {
	return w.Task == "" && w.Tenant == "" && w.Prompt == "" && len(w.Tags) == 0 && len(w.AllTags) == 0 &&
		w.MinTokens == 0 && w.MaxTokens == 0 && w.Complexity == ""
}

// once keeps what the funcs give, since several rules may ask for the same.
func (f Features) once() Features {
	f.Tokens, f.Cost = remember(f.Tokens), remember(f.Cost)
	if classify := f.Complexity; classify != nil {
		var level Level
		var score float64
		f.Complexity = func() (Level, float64) {
			if level == "" {
				level, score = classify()
			}
			return level, score
		}
	}
	return f
}

func remember[T any](f func(string) T) func(string) T {
	if f == nil {
		return nil
	}
	known := map[string]T{}
	return func(model string) T {
		v, ok := known[model]
		if !ok {
			v = f(model)
			known[model] = v
		}
		return v
	}
}
