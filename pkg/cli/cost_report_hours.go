package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
)

// wholeHours notices that calls of the time which is asked for were pruned: then the calls that are left are fewer than
// the sums have for the whole hours within it, and the report is made of these. d.Sum has what the calls told.
func (d *costReport) wholeHours(ctx context.Context, l *ledger.Ledger) error {
	f := d.filter
	_, offset := d.now.In(f.Zone).Zone()
	oddDays := slices.Contains(d.By, ledger.ByDay) && offset%3600 != 0
	if !oddDays && f.Since.Equal(f.Since.Truncate(time.Hour)) && f.Until.Equal(f.Until.Truncate(time.Hour)) {
		return nil // the sums have told it
	}
	if short := f.Since.Truncate(time.Hour); !short.Equal(f.Since) {
		f.Since = short.Add(time.Hour)
	}
	f.Until = f.Until.Truncate(time.Hour)
	if !f.Until.IsZero() && !f.Since.Before(f.Until) {
		return nil // not one whole hour
	}
	list, err := l.Totals(ctx, f)
	if err != nil || len(list) == 0 || list[0].Calls <= d.Sum.Calls {
		return err
	}
	known := d.Sum.Calls
	d.filter = f
	if err := d.totals(ctx, l); err != nil {
		return err
	}
	if gone := list[0].Calls - d.Sum.Calls; gone > 0 {
		d.note = fmt.Sprintf("%s of that time are pruned and missing here: the sums by hour tell no days of zone %s", plural(gone, "call"), f.Zone)
		return nil
	}
	d.note = fmt.Sprintf("%s of that time are pruned: the report has whole hours", plural(list[0].Calls-known, "call"))
	if !f.Since.IsZero() {
		d.note += " from " + f.Since.In(f.Zone).Format("2006-01-02 15:04")
	}
	if !f.Until.IsZero() {
		d.note += " to " + f.Until.In(f.Zone).Format("2006-01-02 15:04")
	}
	return nil
}
