package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

// notes say what a metric's mean cannot be read without: how the repeats of a case became one value, the
// signature of a published measure, and how often a judge's verdict changed with the order of the answers. What
// comes from a file goes through safe.
func notes(m eval.MetricResult, repeats int, safe func(string) string) (list []string) {
	if repeats > 1 {
		list = append(list, safe(cmp.Or(m.Reduce, "mean"))+" of "+count(repeats, "repeat"))
	}
	if m.Unit != "" {
		list = append(list, "in "+safe(m.Unit))
	}
	if m.Signature != "" {
		list = append(list, safe(m.Signature))
	}
	if m.Compared > 0 {
		share := 100 * float64(m.Flips) / float64(m.Compared)
		list = append(list, fmt.Sprintf("%s of %s changed with the order of the answers (%.1f %%)", thousands(int64(m.Flips)), count(m.Compared, "verdict"), share))
	}
	return list
}

// noted gives a line for each metric that has notes: "bleu: nrefs:var|case:mixed|…". How repeats are reduced is said
// once where it is the same for all.
func noted(r eval.Result, safe func(string) string) (lines []string) {
	repeats, first := r.Run.Repeat, ""
	same := len(r.Metrics) > 1 && repeats > 1
	for i, m := range r.Metrics {
		if i == 0 {
			first = m.Reduce
		}
		same = same && m.Reduce == first
	}
	if same {
		lines, repeats = append(lines, "all metrics: "+safe(cmp.Or(first, "mean"))+" of "+count(repeats, "repeat")), 1
	}
	for _, m := range r.Metrics {
		if text := strings.Join(notes(m, repeats, safe), " · "); text != "" {
			lines = append(lines, safe(m.Name)+": "+text)
		}
	}
	return lines
}

// Notes say what the means of a table of several runs cannot be read without, as far as it is the same in all: how
// repeats became one value, and signatures.
func Notes(r eval.Result) []string {
	r.Metrics = slices.Clone(r.Metrics)
	for i := range r.Metrics {
		r.Metrics[i].Compared = 0 // differs from run to run
	}
	return noted(r, termsafe.Line)
}

// standIns says how many answers are not by the model under test, and by whom; "" where all are.
func standIns(r eval.Result) string {
	text := r.StandIns.Sentence(r.Run.Model)
	if r.StandIns.Static() > 0 {
		text += "; a static text is unscored"
	}
	return text
}

// judges says what the scorers' own calls took, which is in no other figure; "" where they made none. Names of models
// go through safe.
func judges(r eval.Result, safe func(string) string) string {
	b := r.Judges
	if b == nil || b.Calls == 0 {
		return ""
	}
	tokens := "tokens unknown"
	if b.Usage != nil {
		tokens = fmt.Sprintf("%s + %s tokens", thousands(b.Usage.Input()), thousands(b.Usage.Output)) + missing(b.Unknown, "unknown")
	}
	cost := "unpriced"
	if b.Cost != nil {
		cost = b.Cost.String() + missing(b.Unpriced, "unpriced")
	}
	list := []string{"judges: " + count(b.Calls, "call"), tokens, cost}
	if who := (&llm.StandIns{By: b.StandIns}).Who(); who != "" {
		list = append(list, "in place of the judge: "+safe(who))
	}
	return strings.Join(list, " · ")
}
