package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// oddReport has keys that need escapes, and figures that are unknown, negative and huge.
func oddReport(names []string) *costReport {
	doc := &costReport{
		By: []ledger.Dimension{ledger.ByTenant, ledger.ByModel}, filter: ledger.Filter{Zone: time.UTC},
		Burn: &ledger.Burn{PerDay: 3, Over: 36 * time.Hour},
	}
	for i, name := range names {
		t := ledger.Total{Key: ledger.Key{Tenant: name, Model: "m"}, Calls: int64(i + 1), Cost: llm.Money(i * 1_230_000_000)}
		switch i % 4 {
		case 1:
			t.Unpriced = t.Calls
		case 2:
			t.Cost, t.Latency = -t.Cost, 5*time.Microsecond
		case 3:
			t.Passed, t.EvalCost, t.Usage.Output, t.Latency = 2, 7, 1<<62, time.Hour
		}
		doc.Rows = append(doc.Rows, t)
		doc.Sum.Plus(&t)
	}
	return doc
}

// oddNames are as JSON gives them back.
var oddNames = []string{"", "plain", `a "b", \c`, "<b>&", "\x1b[31m\x00\x7f", "tab\tline\n", "東京 👩‍👩‍👧‍👦", "\u2028\u202e", "=1+1", " ,", "é"}

func TestCostReportRowsAreIndentedAsTheRest(t *testing.T) {
	for _, names := range [][]string{nil, {"one"}, oddNames} {
		doc := oddReport(names)
		var got, want bytes.Buffer
		if err := doc.json(&got); err != nil {
			t.Fatal(err)
		}
		if err := json.Indent(&want, compacted(t, got.Bytes()), "", "  "); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want.String(), got.String()); d != "" {
			t.Error(d)
		}
	}
}

func compacted(t *testing.T, text []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := json.Compact(&out, text); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return append(out.Bytes(), '\n')
}

func TestCostReportAsJSONAndCSVSaysTheSame(t *testing.T) {
	doc := oddReport(oddNames)
	var text, table bytes.Buffer
	if err := doc.json(&text); err != nil {
		t.Fatal(err)
	}
	if err := doc.csv(&table); err != nil {
		t.Fatal(err)
	}
	var parsed struct {
		Rows []map[string]any `json:"rows"`
	}
	numbers := json.NewDecoder(&text)
	numbers.UseNumber()
	if err := numbers.Decode(&parsed); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&table).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	header := lines[0]
	for i, row := range parsed.Rows {
		if got := row["key"].(map[string]any)["tenant"]; got != oddNames[i] {
			t.Errorf("tenant %q of row %d became %q", oddNames[i], i, got)
		}
		for name, value := range row {
			c := slices.Index(header, name)
			switch n, known := value.(json.Number); {
			case name == "key" || name == "mean_latency_ms": // the one is in columns, the other is rounded
			case !known && lines[i+1][c] != "":
				t.Errorf("row %d: %s is %v as JSON and %q as CSV", i, name, value, lines[i+1][c])
			case known && !sameAmount(n.String(), lines[i+1][c]):
				t.Errorf("row %d: %s is %s as JSON and %q as CSV", i, name, n, lines[i+1][c])
			}
		}
	}
}

// sameAmount compares numbers, of which an amount may end in .00 and have its sign.
func sameAmount(a, b string) bool {
	plain := func(s string) string { return strings.TrimSuffix(strings.Replace(s, "$", "", 1), ".00") }
	return plain(a) == plain(b)
}

func TestFallingKeepsTheOrderOfEqualRows(t *testing.T) {
	rows := falling([]ledger.Total{
		{Key: ledger.Key{Run: "a"}, Calls: 1}, {Key: ledger.Key{Run: "b"}, Calls: 2}, {Key: ledger.Key{Run: "c"}, Calls: 1}, {Key: ledger.Key{Run: "d"}, Calls: -2}, {Key: ledger.Key{Run: "e"}, Calls: 2},
	}, func(t *ledger.Total) int64 { return t.Calls })
	got := ""
	for i := range rows {
		got += rows[i].Run
	}
	if got != "beacd" {
		t.Errorf("order is %s; want beacd", got)
	}
}
