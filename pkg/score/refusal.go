package score

import (
	"context"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/validate"
)

// refusal passes an answer that declines where it should and answers where it should. What it should do is
// the case's expected_refusal, and without one the option's.
type refusal struct {
	Expected bool `yaml:"expected" json:"expected"` // false unless given: the answer should not refuse
}

func newRefusal(o refusal) (Scorer, error) { return &o, nil }

// Score looks for the words of a refusal, and for the provider's own word that its filter refused.
func (o *refusal) Score(_ context.Context, s *Sample) Outcome {
	want := o.Expected
	if s.Refusal != nil {
		want = *s.Refusal
	}
	said, refused := validate.Refusal(s.Output)
	if s.Response != nil && s.Response.FinishReason == llm.FinishContentFilter {
		said, refused = "the provider's content filter", true
	}
	if refused {
		return passed(want, "refuses: %s", quote(said))
	}
	return passed(!want, "want a refusal, and there is none")
}
