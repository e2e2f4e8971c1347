package engine

import (
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
)

// claim is what a call takes of its tenant and project. It belongs to the call's goroutine.
type claim struct {
	scopes []budget.Scope
	model  string
	most   budget.Use
	taken  bool
	room   budget.Use // what is held
	held   *budget.Reservation

	charged budget.Use // what the newest try took, where it took anything
	paid    budget.Use // what the tries took whose reservation is settled
}

type claimKey struct{}

// short tells that what is held is not enough for another try: the newest one took of it, so that its answer was thrown
// away, or this one's model is dearer.
func (c *claim) short(most budget.Use) bool {
	return c.charged.Tokens > 0 || c.taken && (most.Tokens > c.room.Tokens || most.Money > c.room.Money)
}

// pay settles what is held on what the newest try took: the next one needs room of its own, or a call could take many
// times what it had reserved.
func (c *claim) pay() {
	if c.paid.Requests > 0 {
		c.charged.Requests = 0
	}
	c.held.Settle(c.charged)
	c.paid, c.charged = plus(c.paid, c.charged), budget.Use{}
	c.held, c.taken = nil, false
}

// rest is what is still to be settled of all that the call took. It is one request, however many tries it needed.
func (c *claim) rest(all budget.Use) budget.Use {
	return budget.Use{
		Requests: max(0, all.Requests-c.paid.Requests), Tokens: max(0, all.Tokens-c.paid.Tokens), Money: max(0, all.Money-c.paid.Money),
	}
}

// and are the scopes of the call, where there is a claim, with others.
func (c *claim) and(scopes []budget.Scope) []budget.Scope {
	if c == nil {
		return scopes
	}
	return slices.Concat(c.scopes, scopes)
}

func plus(a, b budget.Use) budget.Use {
	return budget.Use{Requests: a.Requests + b.Requests, Tokens: a.Tokens + b.Tokens, Money: a.Money + b.Money}
}
