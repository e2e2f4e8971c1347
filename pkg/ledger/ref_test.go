package ledger_test

import (
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
)

// A deployment says a name of its own for its model; the call is counted under the reference that has the price, in
// the list and in the sums, and when a verdict changes it.
func TestTheReferenceOfWhoAnswered(t *testing.T) {
	l := openLedger(t, ledger.Options{})
	r := whole()
	r.ModelAsked, r.Ref, r.Provider, r.ModelAnswered = "pool/main", "west/gpt-4o", "west", "gpt-4o-2024-08-06"
	appendAll(t, l, r)
	if err := l.SetPassed(t.Context(), map[string]bool{r.TraceID: true}); err != nil {
		t.Fatal(err)
	}
	got, err := l.Get(t.Context(), r.TraceID)
	if err != nil || got.Model() != "west/gpt-4o" || got.ModelAnswered != "gpt-4o-2024-08-06" {
		t.Errorf("%+v, %v", got, err)
	}
	sums, err := l.Totals(t.Context(), ledger.Filter{}, ledger.ByModel)
	if err != nil || len(sums) != 1 || sums[0].Model != "west/gpt-4o" || sums[0].Passed != 1 || sums[0].Calls != 1 {
		t.Errorf("%+v, %v", sums, err)
	}
}
