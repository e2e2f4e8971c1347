package gateway

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// The answers that a call threw away come with the one that it gives, and none comes twice.
func TestLostAnswers(t *testing.T) {
	told := func(text string, n int64) *llm.Response {
		return &llm.Response{Parts: []llm.Part{{Text: text}}, FinishReason: llm.FinishStop, Usage: &llm.Usage{Output: n}}
	}
	filtered := func(text string, n int64) *llm.Response {
		r := told(text, n)
		r.FinishReason = llm.FinishContentFilter
		return r
	}
	part := func(text string) *llm.Response { return &llm.Response{Parts: []llm.Part{{Text: text}}} }
	broken, down := &llm.Error{Kind: llm.KindTruncated}, &llm.Error{Kind: llm.KindServer}
	type try struct {
		resp *llm.Response
		err  error
	}
	for name, c := range map[string]struct {
		tries map[string][]try // by model, in order
		chain []Link
		text  string
		tried []string
		lost  []string
	}{
		"none":                       {tries: map[string][]try{"a/1": {{told("yes", 1), nil}}}, text: "yes"},
		"a broken one, tried again":  {tries: map[string][]try{"a/1": {{part("y"), broken}, {told("yes", 1), nil}}}, text: "yes", lost: []string{"a/1 y"}},
		"nothing came":               {tries: map[string][]try{"a/1": {{nil, down}, {told("yes", 1), nil}}}, text: "yes"},
		"an empty one with a usage":  {tries: map[string][]try{"a/1": {{&llm.Response{Usage: &llm.Usage{UncachedInput: 9}}, &llm.Error{Kind: llm.KindEmpty}}, {told("yes", 1), nil}}}, text: "yes", lost: []string{"a/1 "}},
		"a filtered one":             {tries: map[string][]try{"a/1": {{filtered("no", 3), nil}}, "b/1": {{told("yes", 1), nil}}}, chain: link("b/1"), text: "yes", tried: []string{"a/1"}, lost: []string{"a/1 no"}},
		"both, and another model's":  {tries: map[string][]try{"a/1": {{part("y"), broken}, {filtered("no", 3), nil}}, "b/1": {{part("ye"), broken}, {told("yes", 1), nil}}}, chain: link("b/1"), text: "yes", tried: []string{"a/1"}, lost: []string{"a/1 y", "a/1 no", "b/1 ye"}},
		"the last is given back":     {tries: map[string][]try{"a/1": {{part("1"), broken}, {part("2"), broken}}}, text: "2", lost: []string{"a/1 1"}},
		"of several models":          {tries: map[string][]try{"a/1": {{filtered("no", 3), nil}}, "b/1": {{part("1"), broken}, {part("2"), broken}}}, chain: link("b/1"), text: "no", tried: []string{"a/1", "b/1"}, lost: []string{"b/1 1", "b/1 2"}},
		"the later of two filtered":  {tries: map[string][]try{"a/1": {{filtered("no", 3), nil}}, "b/1": {{filtered("nor I", 3), nil}}}, chain: link("b/1"), text: "nor I", tried: []string{"a/1", "b/1"}, lost: []string{"a/1 no"}},
		"a text at the end":          {tries: map[string][]try{"a/1": {{filtered("no", 3), nil}}}, chain: link("static:sorry"), text: "sorry", tried: []string{"a/1"}, lost: []string{"a/1 no"}},
		"a mistake after it":         {tries: map[string][]try{"a/1": {{filtered("no", 3), nil}}, "b/1": {{nil, fmt.Errorf("a mistake")}}}, chain: link("b/1"), tried: []string{"a/1"}, lost: []string{"a/1 no"}},
		"a limit of the caller's":    {tries: map[string][]try{"a/1": {{filtered("no", 3), nil}}, "b/1": {{nil, Stop(down)}}}, chain: link("b/1"), lost: []string{"a/1 no"}},
		"one that broke, then fails": {tries: map[string][]try{"a/1": {{part("1"), broken}, {nil, down}}}, lost: []string{"a/1 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			asked := map[string]int{}
			links := Chains{Any: map[string][]Link{"a/1": c.chain}, ContentFilter: map[string][]Link{"a/1": c.chain}}
			g := New(Config{
				Open: func(ref string) (llm.Model, error) {
					return llm.ModelFunc(func(context.Context, *llm.Request) (*llm.Response, error) {
						next := c.tries[ref][asked[ref]]
						asked[ref]++
						return next.resp, next.err
					}), nil
				},
				Chains: links, Retry: Retry{Attempts: 2, Sleep: func(context.Context, time.Duration) error { return nil }},
			})
			resp, _ := g.Generate(t.Context(), &llm.Request{Model: "a/1"})
			var lost []string
			for _, l := range resp.Lost {
				if l.Lost != nil {
					t.Errorf("%s has lost answers of its own", l.Ref)
				}
				lost = append(lost, l.Ref+" "+l.Text())
			}
			if diff := cmp.Diff(c.lost, lost); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.tried, resp.Tried); diff != "" || resp.Text() != c.text {
				t.Errorf("%+v %s", resp, diff)
			}
		})
	}
}
