package cli

import (
	"strconv"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// parseWhen reads a point in time as people write one: a date, a month or a date with a time in the zone, RFC
// 3339 with a zone of its own, today, yesterday, or how long ago: 90m, 36h, 7d, 2w.
func parseWhen(flag, text string, now time.Time, zone *time.Location) (time.Time, error) {
	local := now.In(zone)
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, zone)
	switch text {
	case "now":
		return now, nil
	case "today":
		return midnight, nil
	case "yesterday":
		return midnight.AddDate(0, 0, -1), nil
	case "month":
		return time.Date(local.Year(), local.Month(), 1, 0, 0, 0, 0, zone), nil
	}
	for _, layout := range []string{time.DateOnly, "2006-01", "2006-01-02T15:04", "2006-01-02 15:04", time.DateTime, "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, nil
		}
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	if d, ok := parseAgo(text); ok {
		return now.Add(-d), nil
	}
	return time.Time{}, diag.Errorf("%s %q is neither a date nor how long ago", flag, text).
		WithHint("write it as 2026-01-31, 2026-01, 2026-01-31T15:04, 2026-01-31T15:04:05+03:00, today, 36h, 7d or 2w")
}

// parseAgo reads a duration that may have days and weeks.
func parseAgo(text string) (time.Duration, bool) {
	for suffix, unit := range map[string]time.Duration{"d": 24 * time.Hour, "w": 7 * 24 * time.Hour} {
		if number, ok := strings.CutSuffix(text, suffix); ok {
			n, err := strconv.ParseFloat(number, 64)
			ok := err == nil && n >= 0 && n*float64(unit) < float64(100*365*24*time.Hour)
			return time.Duration(n * float64(unit)), ok
		}
	}
	d, err := time.ParseDuration(text)
	return d, err == nil && d >= 0
}

// period is the flags of a command that looks at a stretch of time.
type period struct {
	since, until, zone string
}

// times reads them. The zone is where dates begin and days are counted.
func (p *period) times(now time.Time) (since, until time.Time, zone *time.Location, err error) {
	if zone, err = parseZone(p.zone); err != nil {
		return since, until, nil, err
	}
	if p.since != "" {
		if since, err = parseWhen("--since", p.since, now, zone); err != nil {
			return since, until, zone, err
		}
	}
	if p.until != "" {
		if until, err = parseWhen("--until", p.until, now, zone); err != nil {
			return since, until, zone, err
		}
	}
	if p.since != "" && p.until != "" && !since.Before(until) {
		err = diag.Errorf("--since %s is not before --until %s", p.since, p.until).WithHint("--until is where it ends; a date is its midnight, so name the day after")
	}
	return since, until, zone, err
}

// parseZone reads the name of a time zone: UTC, Local, Europe/Istanbul or +03:00.
func parseZone(name string) (*time.Location, error) {
	if name == "" {
		return time.UTC, nil
	}
	if name[0] == '+' || name[0] == '-' {
		if t, err := time.Parse("-07:00", name); err == nil {
			_, offset := t.Zone()
			return time.FixedZone(name, offset), nil
		}
	} else if zone, err := time.LoadLocation(name); err == nil {
		return zone, nil
	}
	return nil, diag.Errorf("--zone %q is not a time zone", name).WithHint("UTC, Local, a name such as Europe/Istanbul, or +03:00")
}
