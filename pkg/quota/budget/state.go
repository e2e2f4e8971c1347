package budget

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// State is what a scope has used. The zero value is a scope that has used nothing. It is kept as JSON, which the Redis
// script reads and writes too.
type State struct {
	Rates   map[Resource]map[string]int64 `json:"w,omitempty"` // by slot
	Leases  map[string]int64              `json:"l,omitempty"` // calls under way: until when, in ms since 1970
	Periods map[string]*Spent             `json:"b,omitempty"` // by day ("2026-03-01") and month ("2026-03")
	Held    map[string]*Hold              `json:"r,omitempty"` // reservations by id
}

// Spent is what a period has used, reservations included.
type Spent struct {
	Tokens int64 `json:"t"`
	Money  int64 `json:"m"` // nano-dollars
}

// Hold is what a call has reserved.
type Hold struct {
	Requests int64            `json:"n"`
	Tokens   int64            `json:"t"`
	Money    int64            `json:"m"`
	Slots    map[string]int64 `json:"s"` // of each rate
	Day      string           `json:"d"`
	Month    string           `json:"o"`
	Until    int64            `json:"u"` // in ms since 1970: after that its process is taken to be dead
}

// LimitError tells that a limit is reached.
type LimitError struct {
	Scope    Scope
	Resource Resource
	Limit    int64
	Used     int64 // reservations of calls under way included
	Need     int64
	Frees    time.Time // when there is room again; zero when that is not known, or never by itself
}

func (e *LimitError) Error() string {
	s := fmt.Sprintf("%s: %s of %s is reached: %s used, %s more needed",
		e.Scope, e.Resource, e.Resource.Amount(e.Limit), e.Resource.Amount(e.Used), e.Resource.Amount(e.Need))
	if e.Need > e.Limit {
		return fmt.Sprintf("%s: the call needs %s, more than the whole %s of %s", e.Scope, e.Resource.Amount(e.Need), e.Resource, e.Resource.Amount(e.Limit))
	}
	if !e.Frees.IsZero() {
		s += ", free at " + e.Frees.Format(time.RFC3339)
	}
	return s
}

// Budget tells that what is reached is a day's or month's budget and no rate.
func (e *LimitError) Budget() bool { return e.Resource.period() != "" }

// Amount writes an amount of the resource.
func (r Resource) Amount(n int64) string {
	if r.Money() {
		return llm.Money(n).String()
	}
	return strconv.FormatInt(n, 10)
}

// Used is how much of a resource counts at a time; of a nil State nothing does.
func (s *State) Used(r Resource, now time.Time) int64 {
	if s == nil {
		return 0
	}
	switch r {
	case Concurrency:
		n := int64(0)
		for _, until := range s.Leases {
			if until > now.UnixMilli() {
				n++
			}
		}
		return n
	case RequestsPerMinute, TokensPerMinute, RequestsPerDay:
		var sum int64
		rt := rateOf(r)
		for slot, n := range s.Rates[r] {
			if number(slot) >= rt.at(now)-rt.slots {
				sum += n
			}
		}
		return sum
	}
	p := s.Periods[periodKey(r.period(), now)]
	if p == nil {
		return 0
	}
	if r.Money() {
		return p.Money
	}
	return p.Tokens
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
	if r == Concurrency {
		return time.Time{}
	}
	rt, over := rateOf(r), s.Used(r, now)+need-limit
	var slots []int64
	for slot := range s.Rates[r] {
		slots = append(slots, number(slot))
	}
	slices.Sort(slots)
	for _, slot := range slots {
		if slot < rt.at(now)-rt.slots {
			continue
		}
		if over -= s.Rates[r][strconv.FormatInt(slot, 10)]; over <= 0 {
			return rt.frees(slot)
		}
	}
	return time.Time{}
}

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

// Reserve takes u from the state, or fails with a *LimitError and changes nothing that counts.
func (s *State) Reserve(scope Scope, limits Limits, id string, u Use, now, until time.Time) *LimitError {
	s.tidy(now)
	var worst *LimitError
	for _, r := range Resources() {
		limit, bounded := limits[r]
		used, need := s.Used(r, now), u.needs(r)
		if !bounded || need == 0 || used+need <= limit {
			continue
		}
		e := &LimitError{scope, r, limit, used, need, time.Time{}}
		if need <= limit {
			e.Frees = s.Frees(r, limit, need, now)
		}
		worst = worse(worst, e)
	}
	if worst != nil {
		return worst
	}
	s.take(id, u, now, until)
	return nil
}

// worse gives the one of two limits that keeps a call back longer: for good, else for the longer time, else the first.
func worse(a, b *LimitError) *LimitError {
	switch {
	case a == nil, a.Need <= a.Limit && (b.Need > b.Limit || b.Frees.After(a.Frees)):
		return b
	}
	return a
}

func (s *State) take(id string, u Use, now, until time.Time) {
	h := &Hold{
		Requests: u.Requests, Tokens: u.Tokens, Money: int64(u.Money), Slots: map[string]int64{},
		Day: periodKey(day, now), Month: periodKey(month, now), Until: until.UnixMilli(),
	}
	for _, rt := range rates {
		h.Slots[string(rt.resource)] = rt.at(now)
	}
	if s.Held == nil {
		s.Held = map[string]*Hold{}
	}
	if s.Leases == nil {
		s.Leases = map[string]int64{}
	}
	s.Held[id], s.Leases[id] = h, h.Until
	s.change(h, u.Requests, u.Tokens, int64(u.Money))
}

// change adds to what a reservation's slots and periods have used; the amounts may be negative.
func (s *State) change(h *Hold, requests, tokens, money int64) {
	for _, rt := range rates {
		n := requests
		if rt.resource == TokensPerMinute {
			n = tokens
		}
		s.add(rt.resource, h.Slots[string(rt.resource)], n)
	}
	if s.Periods == nil {
		s.Periods = map[string]*Spent{}
	}
	for _, key := range []string{h.Day, h.Month} {
		p := s.Periods[key]
		if p == nil {
			p = &Spent{}
			s.Periods[key] = p
		}
		p.Tokens, p.Money = p.Tokens+tokens, p.Money+money
	}
}

func (s *State) add(r Resource, slot, n int64) {
	if n == 0 {
		return
	}
	if s.Rates == nil {
		s.Rates = map[Resource]map[string]int64{}
	}
	if s.Rates[r] == nil {
		s.Rates[r] = map[string]int64{}
	}
	key := strconv.FormatInt(slot, 10)
	if s.Rates[r][key] += n; s.Rates[r][key] == 0 {
		delete(s.Rates[r], key)
	}
}

// Settle puts what a call took in place of what it had reserved. A reservation that is not there, because it ran out,
// was counted in full and stays so.
func (s *State) Settle(id string, u Use) {
	h := s.Held[id]
	if h == nil {
		return
	}
	delete(s.Held, id)
	delete(s.Leases, id)
	s.change(h, u.Requests-h.Requests, u.Tokens-h.Tokens, int64(u.Money)-h.Money)
}

// tidy forgets what counts no more. Slots that lie ahead were written before the clock was put back: they count as
// of now, for else they would count for as long as the clock jumped.
func (s *State) tidy(now time.Time) {
	for _, rt := range rates {
		at := rt.at(now)
		for key, n := range s.Rates[rt.resource] {
			slot := number(key)
			if slot < at-rt.slots || slot > at {
				delete(s.Rates[rt.resource], key)
			}
			if slot > at {
				s.add(rt.resource, at, n)
			}
		}
	}
	for _, length := range []int{len(dayForm), len(monthForm)} {
		var keys []string
		for key := range s.Periods {
			if len(key) == length {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		for _, key := range keys[:max(0, len(keys)-keptPeriods)] {
			delete(s.Periods, key)
		}
	}
	for id, h := range s.Held {
		if h.Until <= now.UnixMilli() {
			delete(s.Held, id)
			delete(s.Leases, id)
		}
	}
}

func rateOf(r Resource) rate {
	for _, rt := range rates {
		if rt.resource == r {
			return rt
		}
	}
	return rate{}
}

const (
	dayForm     = "2006-01-02"
	monthForm   = "2006-01"
	keptPeriods = 3 // days and months, so that a clock that is put back finds what was spent
)

func periodKey(period string, now time.Time) string {
	if period == day {
		return now.UTC().Format(dayForm)
	}
	return now.UTC().Format(monthForm)
}

func number(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}
