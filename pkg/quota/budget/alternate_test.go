package budget_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
)

// Two connections to one database, as two processes have, take turns at random: what one remembers of its own last
// decision never hides what the other has decided, set or reset since.
func TestTakingTurns(t *testing.T) {
	path, run := filepath.Join(t.TempDir(), "quotas.db"), 0
	both := []budget.Store{openSQLite(t, path), openSQLite(t, path)}
	rapid.Check(t, func(rt *rapid.T) {
		run++
		model := budget.NewMemory()
		scopes := []budget.Scope{budget.Scope(fmt.Sprint("tenant:", run)), budget.Scope(fmt.Sprint("project:", run))}
		limits := budget.Limits{budget.TokensPerDay: 60, budget.RequestsPerMinute: 9, budget.Concurrency: 6}
		now := noon
		for i := range rapid.IntRange(1, 30).Draw(rt, "steps") {
			store := rapid.SampledFrom(both).Draw(rt, "store")
			scope := rapid.SampledFrom(scopes).Draw(rt, "scope")
			now = now.Add(time.Duration(rapid.IntRange(0, 5000).Draw(rt, "after ms")) * time.Millisecond)
			var want, got error
			switch rapid.IntRange(0, 9).Draw(rt, "what") {
			case 0:
				want, got = model.Reset(t.Context(), scope), store.Reset(t.Context(), scope)
			case 1:
				set := budget.Limits{budget.TokensPerDay: rapid.Int64Range(1, 90).Draw(rt, "limit")}
				want, got = model.SetLimits(t.Context(), scope, set), store.SetLimits(t.Context(), scope, set)
			default:
				r := budget.Request{
					ID: fmt.Sprint(i), Use: one(rapid.Int64Range(0, 20).Draw(rt, "tokens"), llm.Money(i)), Now: now, Until: now.Add(time.Minute),
					Scopes: []budget.Bound{{Scope: scopes[0], Limits: limits}, {Scope: scopes[1], Limits: limits}},
				}
				if before := rapid.IntRange(0, i).Draw(rt, "settled"); before < i {
					r.Settled = []budget.Settlement{settlement(fmt.Sprint(before), scope, one(rapid.Int64Range(0, 9).Draw(rt, "actual"), 1))}
				}
				randomLeases(rt, &r, i, scopes...)
				_, want = model.Reserve(t.Context(), r)
				_, got = store.Reserve(t.Context(), r)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				rt.Fatalf("step %d: %s", i, diff)
			}
			for _, s := range scopes {
				a, _, _ := model.Get(t.Context(), s)
				b, _, err := store.Get(t.Context(), s)
				if err != nil {
					rt.Fatal(err)
				}
				for _, res := range budget.Resources() {
					if a.Used(res, now) != b.Used(res, now) {
						rt.Fatalf("step %d: %s of %s is %d, want %d", i, res, s, b.Used(res, now), a.Used(res, now))
					}
				}
			}
		}
	})
}
