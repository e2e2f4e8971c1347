package providertest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// deltas keeps what OnDelta was called with.
type deltas struct{ all []llm.Delta }

func (d *deltas) add(one llm.Delta) error {
	d.all = append(d.all, one)
	return nil
}

// compare checks that the deltas, put together, are the response.
func (d *deltas) compare(t *testing.T, r *llm.Response) {
	t.Helper()
	var text, reasoning string
	var calls []llm.ToolCall
	for _, one := range d.all {
		text += one.Text
		reasoning += one.Reasoning
		if one.ToolCall == nil {
			continue
		}
		for len(calls) <= one.Index {
			calls = append(calls, llm.ToolCall{})
		}
		call := &calls[one.Index]
		call.ID += one.ToolCall.ID
		call.Name += one.ToolCall.Name
		call.Arguments += one.ToolCall.Arguments
	}
	var wantReasoning string
	for _, p := range r.Parts {
		if p.Reasoning != nil {
			wantReasoning += p.Reasoning.Text
		}
	}
	if diff := cmp.Diff(r.Text(), text); diff != "" {
		t.Errorf("text of the deltas (-response +deltas):\n%s", diff)
	}
	if diff := cmp.Diff(wantReasoning, reasoning); diff != "" {
		t.Errorf("reasoning of the deltas (-response +deltas):\n%s", diff)
	}
	if diff := cmp.Diff(r.ToolCalls(), calls); diff != "" {
		t.Errorf("tool calls of the deltas (-response +deltas):\n%s", diff)
	}
}
