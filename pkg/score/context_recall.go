package score

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// contextRecall is the share of the statements of the expected answer that a judge can attribute to the case's
// context. Source: Ragas, «Context Recall».
type contextRecall struct {
	asker
	threshold
}

func newContextRecall(o contextRecall) (Scorer, error) {
	o.usual = "judge-context-recall"
	return &o, o.check()
}

// Score asks once.
func (o *contextRecall) Score(ctx context.Context, s *Sample) Outcome {
	switch {
	case len(s.Context) == 0:
		return unscored("the case has no context")
	case len(s.Expected) == 0:
		return unscored("the case has no expected")
	}
	bill := new(Bill)
	answer, failed := o.put(ctx, o.question(s, "", material(s), nil), bill)
	if failed != nil {
		return *failed
	}
	var v struct {
		Statements []struct {
			Statement  string          `json:"statement"`
			Attributed json.RawMessage `json:"attributed"`
		} `json:"statements"`
	}
	if err := readVerdict(answer, &v); err != nil {
		return o.unread(err, bill)
	}
	if len(v.Statements) == 0 {
		return o.unread(errors.New("the judge found no statement in the expected answer"), bill)
	}
	found, missing := 0, ""
	for _, statement := range v.Statements {
		ok, err := bit(statement.Attributed)
		switch {
		case err != nil:
			return o.unread(err, bill)
		case ok:
			found++
		case missing == "":
			missing = ", not " + quote(oneLine(statement.Statement))
		}
	}
	why := fmt.Sprintf("the context has %d of %d statements%s", found, len(v.Statements), missing)
	return *o.billed(o.judged(float64(found)/float64(len(v.Statements)), why), bill)
}

func (o *contextRecall) plan(s *Sample) []Ask {
	if len(s.Context) == 0 || len(s.Expected) == 0 {
		return nil
	}
	return []Ask{o.question(s, "", material(s), nil)}
}
