package score

import "github.com/llmops-toolkit/llmops/pkg/llm"

// Bill is what a scorer's own calls took, those of judges and of embedding models. Usage and Cost add up what is
// known, and are nil when nothing is; Unknown and Unpriced count the calls that are left out.
type Bill struct {
	Calls    int        `json:"calls"`
	Usage    *llm.Usage `json:"usage"`
	Cost     *llm.Money `json:"cost_usd"`
	Unknown  int        `json:"usage_unknown,omitempty"`
	Unpriced int        `json:"cost_unpriced,omitempty"`
}

// Add adds another bill; nil adds nothing.
func (b *Bill) Add(more *Bill) {
	if more == nil {
		return
	}
	b.Calls += more.Calls
	b.Unknown += more.Unknown
	b.Unpriced += more.Unpriced
	if more.Usage != nil {
		if b.Usage == nil {
			b.Usage = new(llm.Usage)
		}
		b.Usage.Add(more.Usage)
	}
	if more.Cost != nil {
		if b.Cost == nil {
			b.Cost = new(llm.Money)
		}
		*b.Cost += *more.Cost
	}
}

// call adds one call.
func (b *Bill) call(u *llm.Usage, cost *llm.Money) {
	one := Bill{Calls: 1, Usage: u, Cost: cost}
	if u == nil {
		one.Unknown = 1
	}
	if cost == nil {
		one.Unpriced = 1
	}
	b.Add(&one)
}
