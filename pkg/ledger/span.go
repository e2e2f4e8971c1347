package ledger

import (
	"slices"
	"time"
)

// span is a part of the time that a question is about, and the table that answers for it.
type span struct {
	since, until time.Time // as those of a Filter
	table
}

// spans splits the time that a filter asks for, so that sums answer for whole months, days and hours of UTC, and the calls
// themselves only for what is left at both ends. first and last bound the times of all calls.
func (f *Filter) spans(by []Dimension, first, last time.Time) []span {
	if f.onlyCalls() {
		return []span{{f.Since, f.Until, single}}
	}
	byDay := slices.Contains(by, ByDay)
	switch needs := f.needs(by); {
	case !byDay:
		return partition(f.Since, f.Until, needs, month, day, hour)
	case f.Zone == nil || f.Zone == time.UTC:
		return partition(f.Since, f.Until, needs, day, hour)
	case f.wholeHours(first, last):
		return partition(f.Since, f.Until, needs, hour)
	default:
		return f.daysApart(needs, first, last)
	}
}

// daysApart splits the time at the days' ends first, where these are within hours of UTC.
func (f *Filter) daysApart(needs []Dimension, first, last time.Time) (out []span) {
	since, until := f.Since, f.Until
	if since.Before(first) {
		since = first
	}
	if until.IsZero() || until.After(last) {
		until = last
	}
	for since.Before(until) {
		end := nextDay(since.In(f.Zone))
		if end.After(until) {
			end = until
		}
		out = join(out, partition(since, end, needs, hour)...)
		since = end
	}
	return out
}

// nextDay is where the day after a time's begins.
func nextDay(t time.Time) time.Time {
	year, month, day := t.Date()
	next := time.Date(year, month, day+1, 0, 0, 0, 0, t.Location())
	if !next.After(t) { // clocks go back at midnight
		return t.Add(time.Hour)
	}
	return next
}

// partition gives the whole units of a time to the smallest table of such, or of smaller ones, and both ends to the next units.
func partition(since, until time.Time, needs []Dimension, units ...time.Duration) []span {
	if !since.IsZero() && !until.IsZero() && !since.Before(until) {
		return nil
	}
	if len(units) == 0 {
		return []span{{since, until, single}}
	}
	from, to := since, until
	if !from.IsZero() {
		from = ceil(from, units[0])
	}
	if !to.IsZero() {
		to = floor(to, units[0])
	}
	if !from.IsZero() && !to.IsZero() && !from.Before(to) {
		return partition(since, until, needs, units[1:]...)
	}
	var out []span
	if !from.Equal(since) {
		out = partition(since, from, needs, units[1:]...)
	}
	out = join(out, span{from, to, smallest(needs, units)})
	if !to.Equal(until) {
		out = join(out, partition(to, until, needs, units[1:]...)...)
	}
	return out
}

// smallest is the table of one of the units with the fewest rows.
func smallest(needs []Dimension, units []time.Duration) table {
	for _, t := range tables {
		if slices.Contains(units, t.unit) && t.tells(needs) {
			return t
		}
	}
	return single // never: hours tell everything
}

// join adds spans to those before them; neighbors of the same table become one.
func join(out []span, more ...span) []span {
	for _, s := range more {
		if n := len(out); n > 0 && out[n-1].name == s.name && out[n-1].until.Equal(s.since) {
			out[n-1].until = s.until
			continue
		}
		out = append(out, s)
	}
	return out
}
