package budget

import (
	"cmp"
	"slices"
	"time"
)

// needs is how much of a resource a use takes.
func (u Use) needs(r Resource) int64 {
	switch r {
	case RequestsPerMinute, RequestsPerDay:
		return u.Requests
	case Concurrency:
		return 1
	case MoneyPerDay, MoneyPerMonth:
		return int64(u.Money)
	}
	return u.Tokens
}

// Reserve takes what r asks for from the state, or fails with a *LimitError and changes nothing that counts.
func (s *State) Reserve(scope Scope, limits Limits, r *Request) *LimitError {
	u, now := r.Use, r.Now
	s.tidy(now)
	s.bound(longest(now, r.Until))
	var worst *LimitError
	for _, res := range resources {
		limit, bounded := limits[res]
		if !bounded {
			continue
		}
		used, need := s.Used(res, now), u.needs(res)
		if need == 0 || need <= limit-used {
			continue
		}
		e := &LimitError{Scope: scope, Resource: res, Limit: limit, Used: used, Need: need}
		s.foresee(e, now)
		worst = worse(worst, e)
	}
	if worst != nil {
		return worst
	}
	s.take(r)
	return nil
}

func (s *State) take(r *Request) {
	u, now := r.Use, r.Now
	h := hold{
		id: r.ID, requests: u.Requests, tokens: u.Tokens, money: int64(u.Money),
		day: dayOf(now), month: monthOf(now), until: r.Until.UnixMilli(), lease: r.lease().UnixMilli(),
	}
	for i := range rates {
		h.slots[i] = rates[i].at(now)
	}
	s.held = append(s.held, h)
	s.change(&h, u.Requests, u.Tokens, int64(u.Money))
}

// change adds to what a reservation's slots and periods have used; the amounts may be negative.
func (s *State) change(h *hold, requests, tokens, money int64) {
	for i := range rates {
		n := requests
		if rates[i].resource == TokensPerMinute {
			n = tokens
		}
		s.add(i, h.slots[i], n)
	}
	s.days = spend(s.days, h.day, tokens, money)
	s.months = spend(s.months, h.month, tokens, money)
}

// add adds to a slot of a rate; one that holds nothing is left out.
func (s *State) add(rate int, slot, n int64) {
	list := s.rates[rate]
	at, ok := slices.BinarySearchFunc(list, slot, func(u slotted, slot int64) int { return cmp.Compare(u.slot, slot) })
	switch {
	case n == 0:
		return
	case !ok:
		list = slices.Insert(list, at, slotted{slot, n})
	default:
		if list[at].n += n; list[at].n == 0 {
			list = slices.Delete(list, at, at+1)
		}
	}
	s.rates[rate] = list
}

// spend adds to a period.
func spend(list []spent, period, tokens, money int64) []spent {
	at, ok := slices.BinarySearchFunc(list, period, func(p spent, period int64) int { return cmp.Compare(p.period, period) })
	if !ok {
		list = slices.Insert(list, at, spent{period: period})
	}
	list[at].tokens += tokens
	list[at].money += money
	return list
}

// Settle puts what a call took in place of what it had reserved, though its place may have gone to another. A
// reservation that is not there, because it ran out, was counted in full and stays so.
func (s *State) Settle(id string, u Use) {
	for i := range s.held {
		if h := s.held[i]; h.id == id {
			s.held = slices.Delete(s.held, i, i+1)
			s.change(&h, u.Requests-h.requests, u.Tokens-h.tokens, int64(u.Money)-h.money)
			return
		}
	}
}

const keptPeriods = 3 // days and months, so that a clock that is put back finds what was spent

// tidy forgets what counts no more. Slots that lie ahead were written before the clock was put back: they count as
// of now, for else they would count for as long as the clock jumped.
func (s *State) tidy(now time.Time) {
	for i := range rates {
		at := rates[i].at(now)
		var ahead int64
		s.rates[i] = slices.DeleteFunc(s.rates[i], func(u slotted) bool {
			if u.slot > at {
				ahead += u.n
			}
			return u.slot > at || u.slot < at-rates[i].slots
		})
		s.add(i, at, ahead)
	}
	s.days, s.months = newest(s.days), newest(s.months)
	s.held = slices.DeleteFunc(s.held, func(h hold) bool { return h.until <= now.UnixMilli() })
}

// longest is the last time until which a call that is under way now may count. One that was begun before the clock was
// put back would otherwise count until the clock is there again. Two days leave room to processes with longer leases.
func longest(now, until time.Time) time.Time {
	return now.Add(max(2*until.Sub(now), 48*time.Hour))
}

func (s *State) bound(last time.Time) {
	for i := range s.held {
		h := &s.held[i]
		h.until, h.lease = min(h.until, last.UnixMilli()), min(h.lease, last.UnixMilli())
	}
}

func newest(list []spent) []spent {
	return slices.Delete(list, 0, max(0, len(list)-keptPeriods))
}
