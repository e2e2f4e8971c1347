package budget

import (
	"slices"
	"time"
)

// State is what a scope has used. The zero value is a scope that has used nothing.
type State struct {
	rates  [len(rates)][]slotted // the oldest slot first
	days   []spent               // the oldest first
	months []spent
	held   []hold // calls under way
}

// slotted is what a rate used in a slot.
type slotted struct{ slot, n int64 }

// spent is what a period has used, reservations included.
type spent struct {
	period int64 // as dayOf and monthOf
	tokens int64
	money  int64 // nano-dollars
}

// hold is what a call has reserved.
type hold struct {
	id                      string
	requests, tokens, money int64
	slots                   [len(rates)]int64
	day, month              int64
	until                   int64 // in ms since 1970: after that nothing of it is given back
	lease                   int64 // in ms since 1970: after that its process is taken to be dead; renewed while it lives
}

// Used is how much of a resource counts at a time; of a nil State nothing does.
func (s *State) Used(r Resource, now time.Time) int64 {
	if s == nil {
		return 0
	}
	if r == Concurrency {
		return s.underWay(now)
	}
	if i, ok := rateOf(r); ok {
		return s.inWindow(i, now)
	}
	list, period := s.days, dayOf(now)
	if r.period() == month {
		list, period = s.months, monthOf(now)
	}
	for _, p := range list {
		switch {
		case p.period == period && r.Money():
			return p.money
		case p.period == period:
			return p.tokens
		}
	}
	return 0
}

// beyond tells whether a budget of a day or month is used up to a share of it.
func (s *State) beyond(share float64, limits Limits, now time.Time) bool {
	for r, limit := range limits {
		if r.period() != "" && float64(s.Used(r, now)) >= share*float64(limit) {
			return true
		}
	}
	return false
}

func (s *State) underWay(now time.Time) (n int64) {
	for i := range s.held {
		if s.held[i].lease > now.UnixMilli() {
			n++
		}
	}
	return n
}

// inWindow is what counts of a rate.
func (s *State) inWindow(i int, now time.Time) (sum int64) {
	from := rates[i].at(now) - rates[i].slots
	for _, u := range s.rates[i] {
		if u.slot >= from {
			sum += u.n
		}
	}
	return sum
}

// Frees is when a resource has room for need again; zero when nobody knows.
func (s *State) Frees(r Resource, limit, need int64, now time.Time) time.Time {
	switch r.period() {
	case day:
		y, m, d := now.UTC().Date()
		return time.Date(y, m, d+1, 0, 0, 0, 0, time.UTC)
	case month:
		y, m, _ := now.UTC().Date()
		return time.Date(y, m+1, 1, 0, 0, 0, 0, time.UTC)
	}
	i, ok := rateOf(r)
	if !ok {
		return time.Time{}
	}
	over := s.Used(r, now) + need - limit
	for _, u := range s.rates[i] {
		if u.slot < rates[i].at(now)-rates[i].slots {
			continue
		}
		if over -= u.n; over <= 0 {
			return rates[i].frees(u.slot)
		}
	}
	return time.Time{}
}

// Lapses is when there is room for need more calls under way if the processes of those that are have died; zero when
// there is room now. A process that lives keeps its places for as long as its calls take.
func (s *State) Lapses(limit, need int64, now time.Time) time.Time {
	var ends []int64
	for i := range s.held {
		if s.held[i].lease > now.UnixMilli() {
			ends = append(ends, s.held[i].lease)
		}
	}
	over := int64(len(ends)) + need - limit
	if over <= 0 || over > int64(len(ends)) {
		return time.Time{}
	}
	slices.Sort(ends)
	return time.UnixMilli(ends[over-1]).UTC()
}

// foresee fills in when there is room for what the error tells of.
func (s *State) foresee(e *LimitError, now time.Time) {
	if e.TooLarge() {
		return
	}
	if e.Resource == Concurrency {
		e.Lapses = s.Lapses(e.Limit, e.Need, now)
	}
	e.Frees = s.Frees(e.Resource, e.Limit, e.Need, now)
	if held := s.reserved(e.Resource, now); e.Used-held+e.Need <= e.Limit {
		e.Held = held
	}
}

// reserved is how much of a day's or month's budget calls under way hold; of what else there is, 0.
func (s *State) reserved(r Resource, now time.Time) (sum int64) {
	for i := range s.held {
		h := &s.held[i]
		switch {
		case h.lease <= now.UnixMilli(),
			r.period() == "",
			r.period() == day && h.day != dayOf(now),
			r.period() == month && h.month != monthOf(now):
		case r.Money():
			sum += h.money
		default:
			sum += h.tokens
		}
	}
	return sum
}
