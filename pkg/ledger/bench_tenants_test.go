package ledger_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
)

// BenchmarkReportTenants asks what cost report asks, of a million calls of 1,000 tenants to 20 models with ten versions of
// a prompt over 90 days: nearly every call is alone on its day with its tenant, model and version, so that such sums of
// days are no fewer than the calls. It takes some minutes to fill, and runs without -short only.
func BenchmarkReportTenants(b *testing.B) {
	if testing.Short() {
		b.Skip("it fills a million rows")
	}
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	now := from.AddDate(0, 0, 90)
	l := openLedger(b, ledger.Options{Texts: ledger.TextsOff})
	fillTenants(b, l, from, now)
	for _, report := range []struct {
		name   string
		filter ledger.Filter
		by     []ledger.Dimension
	}{
		{"all", ledger.Filter{}, nil},
		{"model", ledger.Filter{}, []ledger.Dimension{ledger.ByModel}},
		{"tenant", ledger.Filter{}, []ledger.Dimension{ledger.ByTenant}},
		{"tenant,model", ledger.Filter{}, []ledger.Dimension{ledger.ByTenant, ledger.ByModel}},
		{"day", ledger.Filter{}, []ledger.Dimension{ledger.ByDay}},
		{"day,model", ledger.Filter{}, []ledger.Dimension{ledger.ByDay, ledger.ByModel}},
		{"day,tenant", ledger.Filter{}, []ledger.Dimension{ledger.ByDay, ledger.ByTenant}},
		{"prompt,version", ledger.Filter{}, []ledger.Dimension{ledger.ByPrompt, ledger.ByVersion}},
		{"day,prompt,version", ledger.Filter{}, []ledger.Dimension{ledger.ByDay, ledger.ByPrompt, ledger.ByVersion}},
		{"tenant,prompt,version", ledger.Filter{}, []ledger.Dimension{ledger.ByTenant, ledger.ByPrompt, ledger.ByVersion}},
		{"tenant since month", ledger.Filter{Since: from.AddDate(0, 2, 0)}, []ledger.Dimension{ledger.ByTenant}},
		{"tenant,model since 30 days and a bit", ledger.Filter{Since: now.Add(-30*24*time.Hour - 1234567)}, []ledger.Dimension{ledger.ByTenant, ledger.ByModel}},
		{"model since a week", ledger.Filter{Since: now.AddDate(0, 0, -7)}, []ledger.Dimension{ledger.ByModel}},
		{"model of one tenant", ledger.Filter{Tenant: "tenant-7"}, []ledger.Dimension{ledger.ByModel}},
		{"day of one tenant", ledger.Filter{Tenant: "tenant-7"}, []ledger.Dimension{ledger.ByDay}},
	} {
		for _, zone := range []string{"UTC", "Asia/Kolkata", "America/New_York"} {
			b.Run(report.name+" in "+zone, func(b *testing.B) {
				var err error
				if report.filter.Zone, err = time.LoadLocation(zone); err != nil {
					b.Skip("no time zone data:", err)
				}
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
}

func fillTenants(b *testing.B, l *ledger.Ledger, from, to time.Time) {
	b.Helper()
	const calls = 1_000_000
	random := rand.New(rand.NewPCG(1, 2))
	r := whole()
	r.FallbackFrom = nil
	began := time.Now()
	for i := range calls {
		r.TraceID, r.Time = fmt.Sprintf("01JNABCDEFGHIJKLMN%08d", i), from.Add(time.Duration(i)*(to.Sub(from)/calls))
		r.Tenant, r.ModelAsked = fmt.Sprint("tenant-", random.IntN(1000)), fmt.Sprint("openai/model-", random.IntN(20))
		r.Version = fmt.Sprintf("1.%d.0", random.IntN(10))
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
}
