package ledger

import (
	"context"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Burn is how fast money goes, and where the month will end at that rate. Calls without a price are in none
// of the amounts; Unpriced counts them.
type Burn struct {
	PerDay    llm.Money     // the mean of Over
	Over      time.Duration // what PerDay looks back on: a week, or less, but at least a day, where the first call is younger
	Month     llm.Money     // since the month began, in the filter's zone
	MonthEnd  llm.Money     // Month, and PerDay for the rest of the month
	Unpriced  int64         // answered calls of this month and the last week without a price
	monthEnds time.Time
}

// burnWindow is what the rate is the mean of: a week has every day of the week.
const burnWindow = 7 * 24 * time.Hour

// Burn gives the rate at which the calls that fit cost money now. Since and Until have no say. Whole hours
// are counted, so that the last hour of the week before may be in it.
func (l *Ledger) Burn(ctx context.Context, f Filter, now time.Time) (*Burn, error) {
	zone := f.Zone
	if zone == nil {
		zone = time.UTC
	}
	local := now.In(zone)
	month := time.Date(local.Year(), local.Month(), 1, 0, 0, 0, 0, zone)
	b := &Burn{monthEnds: time.Date(local.Year(), local.Month()+1, 1, 0, 0, 0, 0, zone)}
	from, err := l.first(ctx, f, now)
	if err != nil {
		return nil, err
	}
	b.Over = max(now.Sub(from), 24*time.Hour)
	week, err := l.spent(ctx, f, from, now)
	if err != nil {
		return nil, err
	}
	sum, err := l.spent(ctx, f, month, now)
	if err != nil {
		return nil, err
	}
	b.Month, b.Unpriced = sum.Cost, max(sum.Unpriced, week.Unpriced)
	rate := float64(week.Cost) / float64(b.Over)
	b.PerDay = llm.Money(rate * float64(24*time.Hour))
	b.MonthEnd = b.Month + llm.Money(rate*float64(b.monthEnds.Sub(now)))
	return b, nil
}

// spent sums up what was recorded from a time on until the end of the hour of now.
func (l *Ledger) spent(ctx context.Context, f Filter, from, now time.Time) (Total, error) {
	f.Since, f.Until = from, now.Truncate(time.Hour).Add(time.Hour)
	list, err := l.Totals(ctx, f)
	if err != nil || len(list) == 0 {
		return Total{}, err
	}
	return list[0], nil
}

// first is the hour where the rate begins: that of the first call that fits, or a week ago.
func (l *Ledger) first(ctx context.Context, f Filter, now time.Time) (time.Time, error) {
	from := now.Add(-burnWindow).Truncate(time.Hour)
	f.Since, f.Until = time.Time{}, time.Time{}
	where, args := f.where(f.hourly())
	query := `SELECT min(hour) * 3600 FROM call_hours WHERE ` + where
	if !f.hourly() {
		query = `SELECT min(time) / 3600000000000 * 3600 FROM calls c WHERE ` + where
	}
	var at *int64
	if err := l.db.QueryRowContext(ctx, query, args...).Scan(&at); err != nil || at == nil {
		return from, err
	}
	if first := time.Unix(*at, 0); first.After(from) {
		return first, nil
	}
	return from, nil
}
