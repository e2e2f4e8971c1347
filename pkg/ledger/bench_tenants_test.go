package ledger_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
)

// BenchmarkReportTenants asks what cost report asks, of a million calls of 1,000 tenants to 20 models over 90 days:
// nearly every call is alone on its day with its tenant and model, so that sums of days are no smaller than the calls.
// It takes a minute or two to fill, and runs without -short only.
func BenchmarkReportTenants(b *testing.B) {
	if testing.Short() {
		b.Skip("it fills a million rows")
	}
	const calls, tenants, models, days = 1_000_000, 1000, 20, 90
	l := openLedger(b, ledger.Options{Texts: ledger.TextsOff})
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	now := from.AddDate(0, 0, days)
	r := whole()
	began := time.Now()
	for i := range calls {
		r.TraceID, r.Time = fmt.Sprintf("01JNABCDEFGHIJKLMN%08d", i), from.Add(time.Duration(i)*(days*24*time.Hour/calls))
		r.Tenant, r.ModelAsked = fmt.Sprint("tenant-", i*7919%tenants), fmt.Sprint("openai/model-", i*31/tenants%models)
		if err := l.Append(b.Context(), r); err != nil {
			b.Fatal(err)
		}
		if i%20_000 == 0 {
			if err := l.Flush(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := l.Flush(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Logf("filled at %.0f calls/s", calls/time.Since(began).Seconds())
	for _, report := range []struct {
		name   string
		filter ledger.Filter
		by     []ledger.Dimension
	}{
		{"model", ledger.Filter{}, []ledger.Dimension{ledger.ByModel}},
		{"tenant", ledger.Filter{}, []ledger.Dimension{ledger.ByTenant}},
		{"tenant,model", ledger.Filter{}, []ledger.Dimension{ledger.ByTenant, ledger.ByModel}},
		{"day", ledger.Filter{}, []ledger.Dimension{ledger.ByDay}},
		{"day,model", ledger.Filter{}, []ledger.Dimension{ledger.ByDay, ledger.ByModel}},
		{"tenant since month", ledger.Filter{Since: from.AddDate(0, 2, 0)}, []ledger.Dimension{ledger.ByTenant}},
		{"model since a week", ledger.Filter{Since: now.AddDate(0, 0, -7)}, []ledger.Dimension{ledger.ByModel}},
		{"model of one tenant", ledger.Filter{Tenant: "tenant-7"}, []ledger.Dimension{ledger.ByModel}},
		{"day of one tenant", ledger.Filter{Tenant: "tenant-7"}, []ledger.Dimension{ledger.ByDay}},
	} {
		b.Run(report.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := l.Totals(b.Context(), report.filter, report.by...); err != nil {
					b.Fatal(err)
				}
				if _, err := l.Burn(b.Context(), report.filter, now); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
