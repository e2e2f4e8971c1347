package ledger_test

import (
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
)

// Times beyond what nanoseconds since 1970 reach are before all calls, or after them.
func TestTimesFarAway(t *testing.T) {
	l := openLedger(t, ledger.Options{Texts: ledger.TextsFull})
	all := calls(300)
	appendAll(t, l, all...)
	answered := int64(0)
	for i := range all {
		if all[i].Status == ledger.OK {
			answered++
		}
	}
	at := func(year int) time.Time { return time.Date(year, 1, 1, 0, 0, 0, 1, time.UTC) }
	for name, c := range map[string]struct {
		since, until time.Time
		want         int64
	}{
		"until the end of times": {until: at(9999), want: 300},
		"since the old Romans":   {since: at(2), want: 300},
		"since 1525":             {since: at(1525), want: 300},
		"between both":           {since: at(1525), until: at(2400), want: 300},
		"long ago":               {since: at(2), until: at(1525)},
		"in the far future":      {since: at(2400), until: at(9999)},
	} {
		for _, status := range []ledger.Status{"", ledger.OK} {
			for _, by := range [][]ledger.Dimension{nil, {ledger.ByDay}, {ledger.ByTenant, ledger.ByRun}} {
				want := c.want
				if status != "" && want > 0 {
					want = answered
				}
				groups, err := l.Totals(t.Context(), ledger.Filter{Since: c.since, Until: c.until, Status: status, Zone: time.FixedZone("odd", 1800)}, by...)
				if err != nil {
					t.Fatal(err)
				}
				got := int64(0)
				for _, g := range groups {
					got += g.Calls
				}
				if got != want {
					t.Errorf("%s, status %q by %v: %d calls, not %d", name, status, by, got, want)
				}
			}
		}
	}
	for _, year := range []int{2, 1525, 1677} {
		if old, err := l.Older(t.Context(), at(year), ""); err != nil || old != (ledger.Old{}) {
			t.Errorf("older than %d: %+v, %v", year, old, err)
		}
		if n, err := l.Prune(t.Context(), at(year), ""); err != nil || n != 0 {
			t.Errorf("%d calls pruned from before %d, %v", n, year, err)
		}
	}
}
