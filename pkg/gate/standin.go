package gate

import (
	"fmt"
	"strconv"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// standIns counts, for each side that has any, the answers that others than its model gave; nil where neither has.
func (p *pairs) standIns() map[Side]*llm.StandIns {
	var sides map[Side]*llm.StandIns
	for _, side := range p.sides() {
		if in := side.run.standIns.Any(); in != nil {
			if sides == nil {
				sides = map[Side]*llm.StandIns{}
			}
			sides[side.name] = in
		}
	}
	return sides
}

// warnOfStandIns says whose answers are compared, and warns of sides that others stood in for unequally: what looks
// like the prompt's doing may be theirs.
func (r *Result) warnOfStandIns(p *pairs) {
	for _, side := range p.sides() {
		if text := r.StandIns[side.name].Sentence(side.run.Info.Model); text != "" {
			r.Warnings = append(r.Warnings, fmt.Sprintf("%s: %s", side.name, text))
		}
	}
	before, now := r.StandIns[Baseline].Share(), r.StandIns[Candidate].Share()
	if before != now {
		r.Warnings = append(r.Warnings, fmt.Sprintf("others than the model gave %s of the candidate's answers and %s of the baseline's: a difference may be theirs",
			percent(now), percent(before)))
	}
}

// stoodIn lists the sides of which so much is by others that an "ok" would be theirs.
func (r *Result) stoodIn(o Options) (why []string) {
	for _, side := range []Side{Candidate, Baseline} {
		if share := r.StandIns[side].Share(); share > *o.MaxUnscored {
			why = append(why, fmt.Sprintf("%s of the answers of the %s are not by its model, more than %s", percent(share), side, percent(*o.MaxUnscored)))
		}
	}
	return why
}

func percent(share float64) string { return strconv.FormatFloat(share*100, 'g', 3, 64) + " %" }
