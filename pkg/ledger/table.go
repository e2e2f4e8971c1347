package ledger

import (
	"math"
	"slices"
	"time"
)

// table is where sums come from: single calls, or the sums of hours, days or months. unit is what its times are
// counted in; 0 stands for months.
type table struct {
	name, column string
	unit         time.Duration
	by           []Dimension // what its rows tell apart, beside times
}

const (
	hour  = time.Hour
	day   = 24 * time.Hour
	month = 0
)

var (
	anything  = []Dimension{ByTenant, ByProject, BySource, ByModel, ByPrompt, ByVersion, ByExperiment, ByRun}
	ofAll     = anything[1:7] // what is told apart of all tenants and runs together
	ofModels  = anything[1:4]
	ofTenants = anything[:3]
	ofTheirs  = anything[:4]
	ofPrompts = []Dimension{ByTenant, ByProject, BySource, ByPrompt, ByVersion, ByExperiment}

	single = table{"calls", "time", time.Nanosecond, anything}
	hours  = table{"call_hours", "hour", hour, anything}
)

// tables are those of sums, the one with the fewest rows first.
var tables = []table{
	{"model_days", "day", day, ofModels},
	{"tenant_months", "month", month, ofTenants},
	{"all_days", "day", day, ofAll},
	{"tenant_models", "month", month, ofTheirs},
	{"tenant_prompts", "month", month, ofPrompts},
	{"tenant_days", "day", day, ofTenants},
	{"model_hours", "hour", hour, ofModels},
	{"prompt_hours", "hour", hour, ofPrompts[1:]},
	{"all_hours", "hour", hour, ofAll},
	{"call_months", "month", month, anything},
	{"call_days", "day", day, anything},
	hours,
}

// at counts a time as the table does.
func (t table) at(when time.Time) int64 {
	if t.unit == month {
		year, month, _ := when.UTC().Date()
		return int64(year)*12 + int64(month) - 1
	}
	return nanos(when) / int64(t.unit)
}

// nanos is a time as the calls have it: nanoseconds since 1970. They reach from 1678 to 2262, and a time that a user asks
// for beyond is the one or the other, where time.Time's run over: what is older than 1525 would be everything.
func nanos(when time.Time) int64 {
	const end = math.MaxInt64 / int64(time.Second)
	switch s := when.Unix(); {
	case s >= end:
		return math.MaxInt64
	case s <= -end:
		return math.MinInt64
	}
	return when.UnixNano()
}

// tells tells whether the table's rows tell these dimensions apart.
func (t table) tells(by []Dimension) bool {
	for _, d := range by {
		if d != ByDay && !slices.Contains(t.by, d) {
			return false
		}
	}
	return true
}

// floor is the beginning of the hour, day or month of UTC in which a time is.
func floor(when time.Time, unit time.Duration) time.Time {
	if unit == month {
		year, month, _ := when.UTC().Date()
		return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	}
	return when.UTC().Truncate(unit)
}

// ceil is the first beginning of an hour, a day or a month that is not before a time.
func ceil(when time.Time, unit time.Duration) time.Time {
	begin := floor(when, unit)
	switch {
	case begin.Equal(when):
		return begin
	case unit == month:
		return begin.AddDate(0, 1, 0)
	}
	return begin.Add(unit)
}
