package score

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/metric"
)

// contextPrecision tells whether the useful passages of the case's context stand first. A judge says of each
// whether it was useful in arriving at the expected answer, or where the case has none at the given one.
// Source: Ragas, «Context Precision», with and without reference.
type contextPrecision struct {
	asker
	threshold
}

func newContextPrecision(o contextPrecision) (Scorer, error) {
	o.usual = "judge-context-precision"
	return &o, o.check()
}

// Score asks about all passages at once.
func (o *contextPrecision) Score(ctx context.Context, s *Sample) Outcome {
	if len(s.Context) == 0 {
		return unscored("the case has no context")
	}
	bill := new(Bill)
	answer, failed := o.put(ctx, o.ask(s), bill)
	if failed != nil {
		return *failed
	}
	useful, err := readBits(answer, len(s.Context))
	if err != nil {
		return o.unread(err, bill)
	}
	return *o.billed(o.judged(metric.ContextPrecision(useful), fmt.Sprintf("%d of %d passages are useful", count(useful), len(useful))), bill)
}

func (o *contextPrecision) plan(s *Sample) []Ask {
	if len(s.Context) == 0 {
		return nil
	}
	return []Ask{o.ask(s)}
}

func (o *contextPrecision) ask(s *Sample) Ask {
	texts := material(s)
	texts["passages"] = numbered(s.Context)
	if len(s.Expected) == 0 {
		texts["expected"] = s.Output
	}
	return o.question(s, "", texts, map[string]any{"count": len(s.Context)})
}

// readBits reads a verdict of n ones and zeros. Another number of them is no verdict: nobody knows which are
// whose.
func readBits(r *llm.Response, n int) ([]bool, error) {
	var v struct {
		Verdicts []json.RawMessage `json:"verdicts"`
	}
	if err := readVerdict(r, &v); err != nil {
		return nil, err
	}
	if len(v.Verdicts) != n {
		return nil, fmt.Errorf("the judge gave %d verdicts, not %d", len(v.Verdicts), n)
	}
	out := make([]bool, n)
	for i, raw := range v.Verdicts {
		var err error
		if out[i], err = bit(raw); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// bit reads a 1 or a 0, or true or false.
func bit(raw json.RawMessage) (bool, error) {
	switch string(raw) {
	case "1", "true":
		return true, nil
	case "0", "false":
		return false, nil
	}
	return false, fmt.Errorf("a verdict is %s, not 1 or 0", quote(string(raw)))
}

func count(bits []bool) int {
	n := 0
	for _, b := range bits {
		if b {
			n++
		}
	}
	return n
}
