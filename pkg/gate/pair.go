package gate

import (
	"cmp"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// Unpaired lists what stands on one side only. Lists are never nil.
type Unpaired struct {
	Removed []string `json:"removed"` // cases of the baseline only
	Added   []string `json:"added"`   // cases of the candidate only
	Changed []string `json:"changed"` // cases of one id that ask or expect something else now

	RemovedMetrics []string `json:"removed_metrics"`
	AddedMetrics   []string `json:"added_metrics"`
	ChangedMetrics []string `json:"changed_metrics"` // of one name that compute something else now
}

func nothingUnpaired() Unpaired {
	return Unpaired{[]string{}, []string{}, []string{}, []string{}, []string{}, []string{}}
}

// pairs are two runs, case by case.
type pairs struct {
	baseline, candidate *Run
	cases               []pairOf // in the order of the candidate
	unpaired            Unpaired
	lostRequired        []string // required cases of the baseline that have no pair
}

// sides are the two runs.
func (p *pairs) sides() []namedRun {
	return []namedRun{{Baseline, p.baseline}, {Candidate, p.candidate}}
}

type namedRun struct {
	name Side
	run  *Run
}

type pairOf struct{ baseline, candidate *Case }

func pair(baseline, candidate *Run) (*pairs, error) {
	if baseline.Info.Suite != candidate.Info.Suite {
		return nil, diag.Errorf("the baseline is a run of suite %q and the candidate one of %q", baseline.Info.Suite, candidate.Info.Suite).
			WithHint("compare runs of one suite; to make one: llmops eval run %s", candidate.Info.Suite)
	}
	p := &pairs{baseline: baseline, candidate: candidate, unpaired: nothingUnpaired()}
	for _, c := range candidate.Cases {
		switch b := baseline.byID[c.ID]; {
		case b == nil:
			p.unpaired.Added = append(p.unpaired.Added, c.ID)
		case b.Hash != c.Hash:
			p.unpaired.Changed = append(p.unpaired.Changed, c.ID)
			p.lose(b)
		default:
			p.cases = append(p.cases, pairOf{b, c})
		}
	}
	for _, b := range baseline.Cases {
		if candidate.byID[b.ID] == nil {
			p.unpaired.Removed = append(p.unpaired.Removed, b.ID)
			p.lose(b)
		}
	}
	p.pairMetrics()
	if len(p.cases) == 0 {
		return nil, NothingInCommon(p.candidate.Info.Suite, len(p.unpaired.Changed) > 0)
	}
	// Records come in any order where a run was interrupted, and what is drawn by chance goes by place.
	slices.SortFunc(p.cases, func(x, y pairOf) int { return cmp.Compare(x.candidate.ID, y.candidate.ID) })
	return p, nil
}

func (p *pairs) lose(b *Case) {
	if b.Required {
		p.lostRequired = append(p.lostRequired, b.ID)
	}
}

// NothingInCommon is the mistake of comparing runs that share no case. changed tells that they share ids.
func NothingInCommon(suite string, changed bool) *diag.Error {
	what := "no case of the baseline is in the candidate"
	if changed {
		what = "every case that both runs have was changed in between"
	}
	return diag.Errorf("%s: there is nothing to compare", what).
		WithHint("run the baseline on the cases of today: llmops eval run %s --baseline TAG --rerun-baseline", suite)
}

func (p *pairs) pairMetrics() {
	u := &p.unpaired
	for _, name := range p.candidate.metrics {
		if _, both := p.baseline.index[name]; !both {
			u.AddedMetrics = append(u.AddedMetrics, name)
			continue
		}
		before := p.baseline.id(name)
		now := p.candidate.id(name)
		if before.Hash != now.Hash {
			u.ChangedMetrics = append(u.ChangedMetrics, name)
		}
	}
	for _, name := range p.baseline.metrics {
		if _, both := p.candidate.index[name]; !both {
			u.RemovedMetrics = append(u.RemovedMetrics, name)
		}
	}
}
