package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Burn is how fast money goes, and where the month will end at that rate. Calls without a price are in none
// of the amounts; Unpriced counts them.
type Burn struct {
	PerDay    llm.Money     // the mean of Over
	Over      time.Duration // what PerDay looks back on: a week and today, or less, but at least a day, where the first call is younger
	Month     llm.Money     // since the month began, in the filter's zone
	MonthEnd  llm.Money     // Month, and PerDay for the rest of the month
	Unpriced  int64         // answered calls without a price, of this month or the last week: of which has more
	monthEnds time.Time
}

// burnDays is what the rate is the mean of, beside today: a week has every day of the week.
const burnDays = 7

// Burn gives the rate at which the calls that fit cost money now. Since and Until have no say.
func (l *Ledger) Burn(ctx context.Context, f Filter, now time.Time) (*Burn, error) {
	zone := f.Zone
	if zone == nil {
		zone = time.UTC
	}
	local := now.In(zone)
	month := time.Date(local.Year(), local.Month(), 1, 0, 0, 0, 0, zone)
	b := &Burn{monthEnds: month.AddDate(0, 1, 0)}
	from, err := l.first(ctx, f, now)
	if err != nil {
		return nil, err
	}
	b.Over = max(now.Sub(from), 24*time.Hour)
	week, err := l.spent(ctx, f, from)
	if err != nil {
		return nil, err
	}
	sum, err := l.spent(ctx, f, month)
	if err != nil {
		return nil, err
	}
	b.Month, b.Unpriced = sum.Cost, max(sum.Unpriced, week.Unpriced)
	rate := float64(week.Cost) / float64(b.Over)
	b.PerDay = llm.Money(rate * float64(24*time.Hour))
	b.MonthEnd = b.Month + llm.Money(rate*float64(b.monthEnds.Sub(now)))
	return b, nil
}

// spent sums up what was recorded from a time on.
func (l *Ledger) spent(ctx context.Context, f Filter, from time.Time) (Total, error) {
	f.Since, f.Until = from, time.Time{}
	list, err := l.Totals(ctx, f)
	if err != nil || len(list) == 0 {
		return Total{}, err
	}
	return list[0], nil
}

// first is the day of UTC where the rate begins: that of the first call that fits, or a week before today.
func (l *Ledger) first(ctx context.Context, f Filter, now time.Time) (time.Time, error) {
	from := now.Truncate(24*time.Hour).AddDate(0, 0, -burnDays)
	f.Since, f.Until, f.Zone = time.Time{}, time.Time{}, nil
	t := single
	if !f.onlyCalls() {
		t = smallest(f.needs(nil), []time.Duration{day, hour})
	}
	where, args := f.where(t)
	var at *int64
	query := fmt.Sprintf(`SELECT min(%s) FROM %s c WHERE %s`, t.column, t.name, where)
	if err := l.db.QueryRowContext(ctx, query, args...).Scan(&at); err != nil || at == nil {
		return from, err
	}
	if first := time.Unix(0, *at*int64(t.unit)).Truncate(24 * time.Hour); first.After(from) {
		return first, nil
	}
	return from, nil
}
