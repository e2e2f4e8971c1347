package llm

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/counts"
)

// StaticRef is who answered where no model did: the text at the end of a chain, which the configuration holds ready.
const StaticRef = "static"

// StandIn is who answered in place of the model that was asked, and why. The zero value says that the model that was
// asked answered itself, be it by another deployment or key, or by our own cache.
type StandIn struct {
	AnsweredBy string `json:"answered_by,omitempty"` // the reference of a model, or StaticRef
	Why        string `json:"why,omitempty"`         // what became of the models before it: "openai/gpt-4o: server"
}

// StandIn tells who stood in for the model that was asked. A nil response has none.
func (r *Response) StandIn() StandIn {
	if r == nil || !r.Substitute && !r.Static {
		return StandIn{}
	}
	if r.Static {
		return StandIn{StaticRef, r.Why}
	}
	return StandIn{r.Ref, r.Why}
}

// Static tells that no model answered.
func (s StandIn) Static() bool { return s.AnsweredBy == StaticRef }

// String is a sentence without its end, "" where nobody stood in.
func (s StandIn) String() string {
	who := s.AnsweredBy
	switch {
	case who == "":
		return ""
	case s.Static():
		who = "a static text"
	}
	if s.Why == "" {
		return who + " answered in place of the model"
	}
	return who + " answered in place of " + s.Why
}

// StandIns counts the answers that others gave than the models that were asked. The zero value has counted none.
type StandIns struct {
	Answers int            `json:"answers"`
	Of      int            `json:"of"`          // all answers
	By      map[string]int `json:"answered_by"` // Answers by who gave them
}

// Add counts an answer, whoever gave it.
func (c *StandIns) Add(s StandIn) {
	c.Of++
	if s.AnsweredBy == "" {
		return
	}
	c.Answers++
	if c.By == nil {
		c.By = map[string]int{}
	}
	c.By[s.AnsweredBy]++
}

// Any is a copy of the counts, nil where nobody stood in.
func (c *StandIns) Any() *StandIns {
	if c == nil || c.Answers == 0 {
		return nil
	}
	return &StandIns{c.Answers, c.Of, maps.Clone(c.By)}
}

// Static counts the answers that no model gave; 0 for nil.
func (c *StandIns) Static() int {
	if c == nil {
		return 0
	}
	return c.By[StaticRef]
}

// Share is that of the answers by stand-ins; 0 for nil.
func (c *StandIns) Share() float64 {
	if c == nil || c.Of == 0 {
		return 0
	}
	return float64(c.Answers) / float64(c.Of)
}

// Who lists who stood in and how often, the most frequent first: "9 by anthropic/claude-haiku-4-5, 3 static".
func (c *StandIns) Who() string {
	names := slices.SortedFunc(maps.Keys(c.By), func(a, b string) int {
		return cmp.Or(cmp.Compare(c.By[b], c.By[a]), strings.Compare(a, b))
	})
	for i, name := range names {
		by := "by " + name
		if name == StaticRef {
			by = name
		}
		names[i] = counts.Grouped(c.By[name]) + " " + by
	}
	return strings.Join(names, ", ")
}

// Sentence says how many answers are not by a model, and by whom: "12 of 500 answers are not by openai/gpt-4o: 9 by
// …, 3 static". An empty model is "the model that was asked". It is "" where nobody stood in.
func (c *StandIns) Sentence(model string) string {
	if c == nil || c.Answers == 0 {
		return ""
	}
	are := "are"
	if c.Answers == 1 {
		are = "is"
	}
	return fmt.Sprintf("%s of %s %s not by %s: %s", counts.Grouped(c.Answers), counts.Of(c.Of, "answer"), are, cmp.Or(model, "the model that was asked"), c.Who())
}
