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
	// StandIns counts the replies that another model than the judge gave, by who gave them; nil when there are none.
	StandIns map[string]int `json:"answered_by,omitempty"`
}

// Add adds another bill; nil adds nothing.
func (b *Bill) Add(more *Bill) {
	if more == nil {
		return
	}
	b.Calls += more.Calls
	b.Unknown += more.Unknown
	b.Unpriced += more.Unpriced
	for who, n := range more.StandIns {
		b.stoodIn(who, n)
	}
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

// stoodIn counts replies by another than the judge; "" is nobody else.
func (b *Bill) stoodIn(who string, n int) {
	if who == "" {
		return
	}
	if b.StandIns == nil {
		b.StandIns = map[string]int{}
	}
	b.StandIns[who] += n
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
