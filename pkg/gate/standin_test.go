package gate

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// standing makes a run of n passes, of which some are by another model.
func standing(id string, n, others int) *fake {
	f := of(id, values(n, 1)...)
	f.info.Model = "main/m"
	for i := range others {
		f.records[i].StandIn = llm.StandIn{AnsweredBy: "spare/m", Why: "main/m: server"}
	}
	return f
}

// A verdict does not pass for one on the model under test where other models answered.
func TestAnswersOfOtherModels(t *testing.T) {
	half := 0.5
	for name, c := range map[string]struct {
		before, now int
		limit       *float64
		verdict     Verdict
		says, not   string
	}{
		"none":             {0, 0, nil, OK, "", "not by"},
		"few":              {0, 20, nil, OK, "candidate: 20 of 400 answers are not by main/m: 20 by spare/m", "baseline: "},
		"few, unequal":     {0, 20, nil, OK, "others than the model gave 5 % of the candidate's answers and 0 % of the baseline's", ""},
		"equal":            {20, 20, nil, OK, "baseline: 20 of 400 answers are not by main/m", "others than the model"},
		"many":             {0, 21, nil, Inconclusive, "5.25 % of the answers of the candidate are not by its model, more than 5 %", ""},
		"many before":      {400, 0, nil, Inconclusive, "100 % of the answers of the baseline are not by its model", ""},
		"many, and let be": {0, 200, &half, OK, "others than the model gave 50 %", "more than"},
	} {
		t.Run(name, func(t *testing.T) {
			r := judge(t, standing("b", 400, c.before), standing("c", 400, c.now), Options{MaxUnscored: c.limit})
			text := strings.Join(slices.Concat(r.Reasons, r.Warnings), "\n")
			if r.Verdict != c.verdict || !strings.Contains(text, c.says) || c.not != "" && strings.Contains(text, c.not) {
				t.Errorf("%s; want %s that says %q, not %q\n%s", r.Verdict, c.verdict, c.says, c.not, text)
			}
		})
	}
}

// What regressed stays so, with the warning that it may be another model's doing.
func TestRegressionByOtherModels(t *testing.T) {
	b, c := standing("b", 400, 0), standing("c", 400, 0)
	for _, r := range c.records[:60] {
		r.StandIn, r.Scores["right"] = llm.StandIn{AnsweredBy: "spare/m"}, scoreOf(0)
	}
	r := judge(t, b, c, Options{})
	if r.Verdict != Regressed || !strings.Contains(fmt.Sprint(r.Warnings), "15 % of the candidate's answers and 0 %") {
		t.Errorf("%s: %q", r.Verdict, r.Warnings)
	}
}
