package ledger_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
)

// Whichever table of sums answers, it says what the calls themselves say.
func TestSumsAgreeWithCalls(t *testing.T) {
	l := openLedger(t, ledger.Options{})
	random := rand.New(rand.NewPCG(1, 2))
	from := time.Date(2025, 12, 20, 0, 0, 0, 0, time.UTC)
	pick := func(kind string) string { return fmt.Sprint(kind, random.IntN(3)) }
	for i := range 600 {
		r := whole()
		r.TraceID, r.Time = fmt.Sprintf("t%d", i), from.Add(time.Duration(random.Int64N(int64(60*24*time.Hour))))
		r.Tenant, r.Project, r.RunID, r.Version = pick("tenant"), pick("project"), pick("run"), pick("1.0.")
		r.ModelAsked, r.Provider, r.FallbackFrom = pick("p/model"), "p", nil
		if err := l.Append(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	istanbul := time.FixedZone("", 3*3600)
	month := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, f := range []ledger.Filter{
		{},
		{Tenant: "tenant1"},
		{RunID: "run1", Project: "project2"},
		{Model: "p/model1"},
		{Since: month, Until: month.AddDate(0, 1, 0)},
		{Since: month.AddDate(0, 0, 3)},
		{Since: month.AddDate(0, 0, 3), Tenant: "tenant2", Until: month.AddDate(0, 0, 20)},
		{Since: month.Add(5 * time.Hour)},
		{Zone: istanbul, Since: month.Add(-3 * time.Hour)},
		{Until: time.Date(2026, 1, 31, 23, 0, 0, 0, time.UTC)},
	} {
		for _, by := range [][]ledger.Dimension{
			nil,
			{ledger.ByDay},
			{ledger.ByModel},
			{ledger.ByTenant, ledger.ByModel},
			{ledger.ByDay, ledger.ByTenant},
			{ledger.ByProject, ledger.ByPrompt, ledger.ByVersion},
			{ledger.ByRun},
		} {
			got, err := l.Totals(t.Context(), f, by...)
			if err != nil {
				t.Fatal(err)
			}
			calls := f
			calls.MinLatency = 1 // no table of sums knows of it
			want, err := l.Totals(t.Context(), calls, by...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
				t.Errorf("filter %d by %v (-calls +sums):\n%s", i, by, diff)
			}
		}
	}
}
