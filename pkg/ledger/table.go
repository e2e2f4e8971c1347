package ledger

import (
	"slices"
	"time"
)

// table is where sums come from: single calls, or the sums of hours, days or months. unit is what its times are
// counted in; 0 stands for months.
type table struct {
	name, column string
	unit         time.Duration
}

var (
	single = table{"calls", "time", time.Nanosecond}
	hours  = table{"call_hours", "hour", time.Hour}
	days   = table{"call_days", "day", 24 * time.Hour}
	months = table{"call_months", "month", 0}
	// Of all tenants and runs together.
	allHours = table{"all_hours", "hour", time.Hour}
	allDays  = table{"all_days", "day", 24 * time.Hour}
)

// at counts a time as the table does.
func (t table) at(when time.Time) int64 {
	if t.unit == 0 {
		year, month, _ := when.UTC().Date()
		return int64(year)*12 + int64(month) - 1
	}
	return when.UnixNano() / int64(t.unit)
}

// begins tells whether one of the table's rows can begin at a time; a time that is not set bounds nothing.
func (t table) begins(when time.Time) bool {
	if t.unit == 0 {
		return when.IsZero() || when.UTC().Day() == 1 && days.begins(when)
	}
	return when.IsZero() || when.UnixNano()%int64(t.unit) == 0
}

// sums is the smallest table that can answer. Where days are told apart, the zone may begin them at any hour.
func (f *Filter) sums(by ...Dimension) table {
	for _, c := range f.single() {
		if c.value != "" {
			return single
		}
	}
	if f.Tag != "" || f.MinCost > 0 || f.MinLatency > 0 || f.Search != nil {
		return single
	}
	byDay := slices.Contains(by, ByDay)
	all := f.Tenant == "" && f.RunID == "" && !slices.Contains(by, ByTenant) && !slices.Contains(by, ByRun)
	whole := func(t table) bool { return t.begins(f.Since) && t.begins(f.Until) }
	switch utc := f.Zone == nil || f.Zone == time.UTC; {
	case all && whole(days) && (!byDay || utc):
		return allDays
	case whole(months) && !byDay:
		return months
	case whole(days) && (!byDay || utc):
		return days
	case whole(hours) && (!byDay || f.wholeHours()):
		if all {
			return allHours
		}
		return hours
	}
	return single
}
