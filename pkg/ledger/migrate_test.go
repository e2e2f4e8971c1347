package ledger_test

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

// oldLedger fills the tables of the first release: two calls of a run and one outside it, and the sums of a
// call that was pruned since.
func oldLedger(t *testing.T, db *sqlite.DB) {
	t.Helper()
	s := ledger.Schema()
	s.Migrations = s.Migrations[:1]
	if err := db.Migrate(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	hour := start.UnixNano() / int64(time.Hour)
	err := db.Write(t.Context(), func(tx *sql.Tx) error {
		for i, c := range []struct {
			run, status       string
			output, cost      any
			cached, estimated int
		}{{"r1", "ok", 9, 100, 0, 1}, {"r1", "error", nil, nil, 0, 0}, {"", "ok", 4, nil, 1, 0}} {
			_, err := tx.Exec(`INSERT INTO calls (trace_id, time, tenant, conversation, source, run_id, case_id, repeat, model, model_asked,
				provider, model_answered, prompt, version, prompt_sha256, uncached, cache_read, cache_write, cache_write_1h, output, reasoning,
				estimated, cost, cached, saved, ttft, total, tokens_per_second, finish_reason, status, error_kind, attempts, request_hash)
				VALUES (?, ?, 'acme', '', 'eval', ?, 'k', 0, 'openai/a', 'openai/a', 'openai', 'a', 'p', '1.0.0', '', ?, ?, ?, ?, ?, ?,
				?, ?, ?, NULL, 0, 5, NULL, '', ?, '', 1, '')`,
				fmt.Sprint("t", i), start.UnixNano()+int64(i), c.run, c.output, c.output, c.output, c.output, c.output, c.output,
				c.estimated, c.cost, c.cached, c.status)
			if err != nil {
				return err
			}
		}
		_, err := tx.Exec(`INSERT INTO call_texts VALUES (1, 'full', '[{"role":"user","parts":[{"text":"where is my order"}]}]', '[{"text":"on its way"}]');
			INSERT INTO call_hours VALUES (?, 'acme', 'eval', 'openai/a', 'p', '1.0.0', 4, 3, 0, 1, 0, 1, 20, 20, 20, 20, 20, 20, 1, 1, 107, 1, 0, 25)`, hour)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestMigrationKeepsCallsAndSums(t *testing.T) {
	db := database(t)
	oldLedger(t, db)
	l, err := ledger.Open(t.Context(), db, ledger.Options{Texts: ledger.TextsFull})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	all, err := l.List(t.Context(), ledger.Filter{})
	if err != nil || len(all) != 3 {
		t.Fatal(all, err)
	}
	if all[0].Cache != ledger.CacheHit || all[1].Cache != "" || all[2].UsageSource != ledger.UsageEstimated || all[1].UsageSource != "" {
		t.Errorf("%+v", all)
	}
	key := func(run string) ledger.Key { return ledger.Key{Run: run} }
	want := []ledger.Total{
		{ // the call outside a run, and the one that was pruned: 4 calls and 107 nano-dollars less what r1 has
			Key: key(""), Calls: 2, OK: 2, Usage: llm.Usage{UncachedInput: 11, CacheRead: 11, CacheWrite: 11, CacheWrite1h: 11, Output: 11, Reasoning: 11},
			Cost: 7, Unpriced: 1, EvalCost: 7, EvalUnpriced: 1, CacheHits: 1, Latency: 15,
		},
		{
			Key: key("r1"), Calls: 2, OK: 1, Failed: 1, UnknownUsage: 1, Estimated: 1, Cost: 100, EvalCost: 100, UnpricedFailed: 1, Latency: 10,
			Usage: llm.Usage{UncachedInput: 9, CacheRead: 9, CacheWrite: 9, CacheWrite1h: 9, Output: 9, Reasoning: 9},
		},
	}
	got, err := l.Totals(t.Context(), ledger.Filter{}, ledger.ByRun)
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(d, err)
	}
	appendAll(t, l, whole()) // the new columns take a record
	if r, err := l.Get(t.Context(), "t0"); err != nil || r.Output[0].Text != "on its way" {
		t.Errorf("%+v %v", r, err)
	}
}
