package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// BenchmarkCostReport prints reports of 20,000 and 90,000 rows into a file. print-ns/row is what a row costs between the
// query and the file, floor-ns/row what writing the same bytes to a file costs, and times the one over the other.
func BenchmarkCostReport(b *testing.B) {
	byModel := reportOf([]ledger.Dimension{ledger.ByTenant, ledger.ByModel}, 1000, 20)
	byDay := reportOf([]ledger.Dimension{ledger.ByDay, ledger.ByTenant}, 90, 1000)
	asJSON := func(d *costReport, e *env) error { return d.json(e.out) }
	asCSV := func(d *costReport, e *env) error { return d.csv(e.out) }
	for _, c := range []struct {
		name    string
		doc     *costReport
		columns int
		print   func(*costReport, *env) error
	}{
		{"tenant,model in 80 columns", byModel, 80, (*costReport).print},
		{"tenant,model in 160 columns", byModel, 160, (*costReport).print},
		{"tenant,model as JSON", byModel, 80, asJSON},
		{"tenant,model as CSV", byModel, 80, asCSV},
		{"day,tenant in 80 columns", byDay, 80, (*costReport).print},
		{"day,tenant as JSON", byDay, 80, asJSON},
		{"day,tenant as CSV", byDay, 80, asCSV},
	} {
		b.Run(c.name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "report")
			var printing, writing time.Duration
			for b.Loop() {
				printing += intoFile(b, path, func(w io.Writer) error {
					return c.print(c.doc, &env{out: w, err: io.Discard, environ: []string{fmt.Sprint("COLUMNS=", c.columns)}})
				})
				text, err := os.ReadFile(path)
				if err != nil {
					b.Fatal(err)
				}
				writing += intoFile(b, path, func(w io.Writer) error {
					_, err := w.Write(text)
					return err
				})
			}
			rows := float64(b.N * len(c.doc.Rows))
			b.ReportMetric(0, "ns/op") // of both together: says nothing
			b.ReportMetric(float64(printing.Nanoseconds())/rows, "print-ns/row")
			b.ReportMetric(float64(writing.Nanoseconds())/rows, "floor-ns/row")
			b.ReportMetric(float64(printing)/float64(writing), "times")
		})
	}
}

func intoFile(b *testing.B, path string, write func(io.Writer) error) time.Duration {
	b.Helper()
	began := time.Now()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if err := write(f); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}

// reportOf is a report with a row for each of so many first keys with each of so many second ones.
func reportOf(by []ledger.Dimension, first, second int) *costReport {
	doc := &costReport{By: by, Burn: &ledger.Burn{}, filter: ledger.Filter{Zone: time.UTC}}
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range first {
		for k := range second {
			n := int64(i*second + k)
			t := ledger.Total{Calls: 5 + n%97, OK: 5 + n%96, Cost: llm.Money(n * 1_234_567), Latency: time.Duration(n) * time.Millisecond}
			t.Key = ledger.Key{Tenant: fmt.Sprint("tenant-", i), Model: fmt.Sprint("openai/model-", k)}
			if by[0] == ledger.ByDay {
				t.Key = ledger.Key{Day: day.AddDate(0, 0, i).Format(time.DateOnly), Tenant: fmt.Sprint("tenant-", k)}
			}
			t.Usage = llm.Usage{UncachedInput: n * 7919, CacheRead: n * 31, Output: n * 131}
			t.CacheHits, t.Saved, t.Unpriced = n%5, llm.Money(n%5)*1_000_000, n%3
			doc.Rows = append(doc.Rows, t)
			doc.Sum.Plus(&t)
		}
	}
	return doc
}
