package score

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// faithfulness is the share of the answer's claims that follow from the case's context. A judge lists the claims,
// then says of each whether it does. Source: Es et al. 2023, «Ragas: Automated Evaluation of Retrieval Augmented
// Generation»; Ragas, «Faithfulness».
type faithfulness struct {
	asker
	threshold
	ClaimsPrompt string `yaml:"claims_prompt" json:"claims_prompt"` // that lists the claims

	claims asker
}

func newFaithfulness(o faithfulness) (Scorer, error) {
	o.usual = "judge-faithfulness"
	return &o, o.check()
}

// bind finds both prompts; both make the metric what it is.
func (o *faithfulness) bind(t Tools) (string, error) {
	o.claims = asker{Prompt: o.ClaimsPrompt, Model: o.Model, usual: "judge-claims"}
	first, err := o.claims.bind(t)
	if err != nil {
		return "", err
	}
	second, err := o.asker.bind(t)
	return first + " " + second, err
}

// Score asks twice.
func (o *faithfulness) Score(ctx context.Context, s *Sample) Outcome {
	if len(s.Context) == 0 {
		return unscored("the case has no context")
	}
	bill := new(Bill)
	answer, failed := o.put(ctx, o.first(s), bill)
	if failed != nil {
		return *failed
	}
	var v struct {
		Claims []string `json:"claims"`
	}
	if err := readVerdict(answer, &v); err != nil {
		return o.unread(err, bill)
	}
	if len(v.Claims) == 0 {
		return o.unread(errors.New("the judge found no claim in the answer"), bill)
	}
	if answer, failed = o.put(ctx, o.second(s, v.Claims), bill); failed != nil {
		return *failed
	}
	held, err := readBits(answer, len(v.Claims))
	if err != nil {
		return o.unread(err, bill)
	}
	why := fmt.Sprintf("the context supports %d of %d claims", count(held), len(held))
	if i := slices.Index(held, false); i >= 0 {
		why += ", not " + quote(oneLine(v.Claims[i]))
	}
	return *o.billed(o.judged(float64(count(held))/float64(len(held)), why), bill)
}

func (o *faithfulness) first(s *Sample) Ask {
	return o.claims.question(s, "claims", material(s), nil)
}

func (o *faithfulness) second(s *Sample, claims []string) Ask {
	texts := material(s)
	texts["claims"] = numbered(claims)
	return o.question(s, "verdicts", texts, map[string]any{"count": len(claims)})
}

// plan takes each sentence of the answer for a claim.
func (o *faithfulness) plan(s *Sample) []Ask {
	if len(s.Context) == 0 {
		return nil
	}
	claims := strings.SplitAfter(s.Output, ". ")
	return []Ask{o.first(s), o.second(s, claims)}
}
