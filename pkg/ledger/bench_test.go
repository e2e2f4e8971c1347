package ledger_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func rate(b *testing.B) { b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s") }

// BenchmarkAppend is the whole way of a call into the database, its share of the writing included.
func BenchmarkAppend(b *testing.B) {
	for _, texts := range []ledger.Texts{ledger.TextsOff, ledger.TextsFull} {
		b.Run("texts "+string(texts), func(b *testing.B) {
			l := openLedger(b, ledger.Options{Texts: texts})
			r := whole()
			r.Messages = []llm.Message{llm.Text(llm.RoleUser, strings.Repeat("a word ", 100))}
			var slowest []time.Duration
			b.ResetTimer()
			for i := range b.N {
				r.TraceID, r.Time = fmt.Sprintf("01JNABCDEFGHIJKLMN%08d", i), start.Add(time.Duration(i)*time.Millisecond)
				before := time.Now()
				if err := l.Append(b.Context(), r); err != nil {
					b.Fatal(err)
				}
				slowest = append(slowest, time.Since(before))
				if i%10_000 == 9_999 {
					if err := l.Flush(b.Context()); err != nil {
						b.Fatal(err)
					}
				}
			}
			if err := l.Flush(b.Context()); err != nil {
				b.Fatal(err)
			}
			rate(b)
			slices.Sort(slowest)
			b.ReportMetric(float64(slowest[len(slowest)*99/100]), "p99-ns/append")
		})
	}
}

func BenchmarkAppendSync(b *testing.B) {
	l := openLedger(b, ledger.Options{Sync: true})
	r := whole()
	for i := range b.N {
		r.TraceID = fmt.Sprintf("01JNABCDEFGHIJKLMN%08d", i)
		if err := l.Append(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
	rate(b)
}

// BenchmarkInsertFloor is what SQLite takes for rows of one number and one short text, a thousand to a
// transaction: the least that any ledger would cost.
func BenchmarkInsertFloor(b *testing.B) {
	db := database(b)
	if _, err := db.Exec(`CREATE TABLE floor (seq INTEGER PRIMARY KEY, trace_id TEXT)`); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for done := 0; done < b.N; {
		err := db.Write(b.Context(), func(tx *sql.Tx) error {
			insert, err := tx.Prepare(`INSERT INTO floor (trace_id) VALUES (?)`)
			if err != nil {
				return err
			}
			defer insert.Close()
			for range min(1000, b.N-done) {
				if _, err := insert.Exec("01JNABCDEFGHIJKLMN00000000"); err != nil {
					return err
				}
				done++
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	rate(b)
}

// BenchmarkTotals sums up 100,000 calls of ten tenants over two months; the million of the target is
// BenchmarkTotalsMillion.
func BenchmarkTotals(b *testing.B) { benchmarkTotals(b, 100_000) }

// BenchmarkTotalsMillion takes a minute to fill the ledger, and runs without -short only.
func BenchmarkTotalsMillion(b *testing.B) {
	if testing.Short() {
		b.Skip("it fills a million rows")
	}
	benchmarkTotals(b, 1_000_000)
}

func benchmarkTotals(b *testing.B, n int) {
	l := openLedger(b, ledger.Options{})
	r := whole()
	step := 60 * 24 * time.Hour / time.Duration(n)
	for i := range n {
		r.TraceID, r.Time = fmt.Sprintf("01JNABCDEFGHIJKLMN%08d", i), start.Add(time.Duration(i)*step)
		r.Tenant, r.ModelAsked, r.Version = fmt.Sprint("tenant-", i%10), fmt.Sprint("openai/model-", i%3), fmt.Sprint("1.", i%2, ".0")
		if err := l.Append(b.Context(), r); err != nil {
			b.Fatal(err)
		}
		if i%50_000 == 0 {
			if err := l.Flush(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := l.Flush(b.Context()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := l.Totals(b.Context(), ledger.Filter{}, ledger.ByDay, ledger.ByTenant, ledger.ByModel); err != nil {
			b.Fatal(err)
		}
	}
}
