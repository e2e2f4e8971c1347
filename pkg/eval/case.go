package eval

import (
	"encoding/json"
	"fmt"
	"maps"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/score"
)

// Case is one question of a suite, with what is known of its right answer.
type Case struct {
	ID       string          // unique in the suite
	Hash     string          // of all that shapes the question and its scoring; equal hashes pair two runs
	Input    string          // one user message, or the prompt's input variable
	Vars     map[string]any  // the prompt's variables
	Messages []llm.Message   // turns that come after the prompt's
	Expected json.RawMessage // as written; nil means none

	ExpectedIntent string
	ExpectedTone   string
	MustContain    []string
	MustNotContain []string
	Schema         json.RawMessage    // a JSON Schema; nil means none
	Refusal        *bool              // whether the answer should be a refusal; nil means that the case does not say
	Context        []string           // passages, for retrieval scorers
	Relevant       map[string]float64 // grades of the documents that are right, by id; nil means that none are given
	Retrieved      []string           // ids of the documents that were found, best first

	Tags     []string
	Cluster  string          // cases of one cluster are not independent; "" means a cluster of its own
	Weight   float64         // in the means; 1 unless given
	Required bool            // a confirmed break of it fails the gate
	Metrics  []*score.Metric // its own scorers

	Place Place

	weighted bool // the case writes its weight
	idMade   bool // ID was made by identify
}

// Place is where a case stands.
type Place struct {
	File string
	Line int
}

func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// Sample makes what scorers look at of the case and an answer.
func (c *Case) Sample(output string, resp *llm.Response, cost *llm.Money) *score.Sample {
	return &score.Sample{
		ID: c.ID, Input: c.Input, Vars: c.Vars, Messages: c.Messages, Output: output,
		Expected: answers(c.Expected), Intent: c.ExpectedIntent, Tone: c.ExpectedTone,
		MustContain: c.MustContain, MustNotContain: c.MustNotContain,
		Schema: c.Schema, Context: c.Context, Refusal: c.Refusal, Relevant: c.Relevant, Retrieved: c.Retrieved, Response: resp, Cost: cost,
	}
}

// answers lists the texts of `expected`: a list means that any of its elements is right.
func answers(raw json.RawMessage) []string {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	var list []json.RawMessage
	if raw[0] != '[' || json.Unmarshal(raw, &list) != nil {
		list = []json.RawMessage{raw}
	}
	out := make([]string, len(list))
	for i, r := range list {
		if out[i] = string(r); len(r) > 0 && r[0] == '"' {
			_ = json.Unmarshal(r, &out[i]) // it was read from JSON
		}
	}
	return out
}

// variables are the prompt's: the case's own, and its input under the suite's name for it.
func (c *Case) variables(inputVar string) map[string]any {
	if c.Input == "" {
		return c.Vars
	}
	vars := make(map[string]any, len(c.Vars)+1)
	maps.Copy(vars, c.Vars)
	if _, set := vars[inputVar]; !set {
		vars[inputVar] = c.Input
	}
	return vars
}

// identify sets Hash, and ID where the case has none: of the question alone, so that it stays the same
// when the case moves in its file or its expectations change.
func (c *Case) identify() {
	question := digest(c.Input, c.Vars, c.Messages)
	scorers := make([]string, len(c.Metrics))
	for i, m := range c.Metrics {
		scorers[i] = m.Name + " " + m.Hash
	}
	c.Hash = digest(question, c.Expected, c.ExpectedIntent, c.ExpectedTone, c.MustContain,
		c.MustNotContain, c.Schema, c.Context, scorers)
	if c.Relevant != nil || c.Retrieved != nil || c.Refusal != nil { // not in the hash of those without, which older runs have
		c.Hash = digest(c.Hash, c.Relevant, c.Retrieved, c.Refusal)
	}
	if c.ID == "" {
		c.ID, c.idMade = "case-"+question[:12], true
	}
}
