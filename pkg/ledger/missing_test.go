package ledger_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
)

// Two days with a call every ten minutes, of which those before noon of the second day are pruned.
func TestMissing(t *testing.T) {
	l := openLedger(t, ledger.Options{})
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	at := func(hours float64) time.Time { return day.Add(time.Duration(hours * float64(time.Hour))) }
	for i := range 2 * 24 * 6 {
		r := ledger.Record{TraceID: fmt.Sprint("t", i), Time: at(float64(i) / 6), Tenant: "acme", Status: ledger.OK}
		if i%2 == 1 {
			r.Tenant = "other"
		}
		appendAll(t, l, r)
	}
	missing := func(want int64, f ledger.Filter, by ...ledger.Dimension) {
		t.Helper()
		got, err := l.Missing(t.Context(), f, by...)
		if err != nil || got != want {
			t.Errorf("%d, %v; want %d for %+v by %v", got, err, want, f, by)
		}
	}
	half := time.FixedZone("+05:30", 19800)
	missing(0, ledger.Filter{Since: at(3.5)})
	if _, err := l.Prune(t.Context(), at(36), ""); err != nil {
		t.Fatal(err)
	}
	missing(0, ledger.Filter{})
	missing(0, ledger.Filter{Since: at(3), Until: at(7)})
	missing(6, ledger.Filter{Since: at(3.5)})
	missing(12, ledger.Filter{Since: at(3.5), Until: at(7.25)})
	missing(6, ledger.Filter{Since: at(3.5), Until: at(3.75)})
	missing(3, ledger.Filter{Since: at(3.5), Tenant: "other"}, ledger.ByModel)
	missing(0, ledger.Filter{Since: at(40.5)})
	missing(0, ledger.Filter{Since: at(3.5), Tag: "x"})
	missing(0, ledger.Filter{Zone: half})
	missing(6, ledger.Filter{Zone: half}, ledger.ByDay) // midnight is at 18:30: of the first day it is pruned
	missing(0, ledger.Filter{Zone: time.FixedZone("+05", 18000)}, ledger.ByDay)
	missing(6, ledger.Filter{Zone: half, Until: at(24)}, ledger.ByDay)
}
