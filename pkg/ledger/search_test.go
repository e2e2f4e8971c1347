package ledger_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

func said(id, system, input, output string) ledger.Record {
	return ledger.Record{
		TraceID: id, Time: start, Status: ledger.OK, Output: []llm.Part{{Text: output}},
		Messages: []llm.Message{llm.Text(llm.RoleSystem, system), llm.Text(llm.RoleUser, input)},
	}
}

func TestSearch(t *testing.T) {
	l := openLedger(t, ledger.Options{Texts: ledger.TextsFull})
	appendAll(t, l,
		said("tr", "Sen bir yardımcısın.", "SİPARİŞİM IŞIK hızıyla geldi", "Harika"),
		said("ja", "", "東京都の天気は?", "晴れです"),
		said("en", "Never promise a refund.", "Where is my late delivery?", "On its way; no café."),
		said("two", "", "a refund for order-17", "refunded: 3 orders"),
	)
	for query, want := range map[string][]string{
		"sipariş*": {"tr"}, "siparişim": {"tr"}, "SIPARISIM": {"tr"}, "ışık": {"tr"}, "isik": {"tr"},
		"東京": {"ja"}, "京都": {"ja"}, "都": {"ja"}, "東": {"ja"}, "東京都の": {"ja"}, "東都": nil, "天気 東京": {"ja"}, "晴れ": {"ja"},
		`"late delivery"`: {"en"}, `"delivery late"`: nil, "delivery late": {"en"}, "cafe": {"en"}, "refund": {"two"},
		"refund*": {"two"}, "order": {"two"}, "order-17": {"two"}, "way OR refund": {"two", "en"}, `way "OR" refund`: nil, "way or refund": nil,
		"refund OR sipariş* OR 東京": {"two", "ja", "tr"}, "late OR refund delivery": {"en"}, "delivery late OR refund": {"en"},
		"late AND delivery": {"en"}, "late NOT delivery": nil, "late NOT refund": {"en"}, "OR late": {"en"}, "late OR": {"en"}, "late OR !!! refund": {"two", "en"}, `on" its`: {"en"}, "late* -way": nil, "late -refund": {"en"},
	} {
		q, err := ledger.ParseQuery(query)
		if err != nil {
			t.Fatal(query, err)
		}
		got, err := l.List(t.Context(), ledger.Filter{Search: q})
		if d := cmp.Diff(want, ids(got)); d != "" || err != nil {
			t.Errorf("%s: %s %v", query, d, err)
		}
	}
	q, err := ledger.ParseQuery("refund", ledger.InSystem)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := l.List(t.Context(), ledger.Filter{Search: q}); err != nil || !slices.Equal(ids(got), []string{"en"}) {
		t.Error(ids(got), err)
	}
	for _, bad := range []string{"", " ", "-refund", "!!!", "OR", "NOT late", "late OR -way", "AND", `""`, "*"} {
		if _, err := ledger.ParseQuery(bad); err == nil {
			t.Errorf("%q asks for something", bad)
		}
	}
	// What is pruned is found no longer, and its number may come again.
	if n, err := l.PruneTexts(t.Context(), start.Add(time.Hour), ""); err != nil || n != 4 {
		t.Fatal(n, err)
	}
	if n, err := l.Prune(t.Context(), start.Add(time.Hour), ""); err != nil || n != 4 {
		t.Fatal(n, err)
	}
	if err := l.Shrink(t.Context()); err != nil {
		t.Fatal(err)
	}
	appendAll(t, l, said("again", "", "nothing of the kind", ""))
	for query, want := range map[string]int{"delivery": 0, "kind": 1} {
		q, _ := ledger.ParseQuery(query)
		if got, err := l.List(t.Context(), ledger.Filter{Search: q}); err != nil || len(got) != want {
			t.Error(query, ids(got), err)
		}
	}
}

// Only texts that are kept can be found: of hashed ones nothing, of redacted ones what is left.
func TestSearchFindsOnlyWhatIsKept(t *testing.T) {
	redact := func(s string) string { return strings.ReplaceAll(s, "Ada", "[redacted:name]") }
	for texts, want := range map[ledger.Texts]map[string]int{
		ledger.TextsHashed:   {"ada": 0, "order": 0},
		ledger.TextsRedacted: {"ada": 0, "order": 1},
		ledger.TextsFull:     {"ada": 1, "order": 1},
	} {
		l := openLedger(t, ledger.Options{Texts: texts, Redact: redact})
		appendAll(t, l, said("x", "", "the order of Ada", ""))
		for query, n := range want {
			q, _ := ledger.ParseQuery(query)
			if got, err := l.List(t.Context(), ledger.Filter{Search: q}); err != nil || len(got) != n {
				t.Error(texts, query, ids(got), err)
			}
		}
	}
}

func FuzzParseQuery(f *testing.F) {
	for _, s := range []string{`"late delivery" -x y*`, `東京abc*`, `"`, `-"a`, "a\x00b", "NEAR(a b)", "{input}: x", "a\"b", "İI"} {
		f.Add(s)
	}
	l := openLedger(f, ledger.Options{Texts: ledger.TextsFull, Sync: true})
	f.Fuzz(func(t *testing.T, s string) {
		q, err := ledger.ParseQuery(s)
		if err != nil {
			return
		}
		if _, err := l.List(t.Context(), ledger.Filter{Search: q}); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	})
}

// Several writers, each with a database handle of its own as processes have, and a searcher at once: all
// calls are there in the end, and the sums of hours and days tell the same as the calls.
func TestSeveralWriters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "llmops.db")
	var all sync.WaitGroup
	const writers, each = 4, 500
	for w := range writers {
		all.Go(func() {
			db, err := sqlite.Open(t.Context(), path)
			if err != nil {
				t.Error(err)
				return
			}
			defer db.Close()
			l, err := ledger.Open(t.Context(), db, ledger.Options{Texts: ledger.TextsFull})
			if err != nil {
				t.Error(err)
				return
			}
			for i := range each {
				r := whole()
				r.TraceID, r.Time, r.RunID = fmt.Sprintf("w%d-%04d", w, i), start.Add(time.Duration(i)*time.Minute), fmt.Sprint("r", w)
				if err := l.Append(t.Context(), r); err != nil {
					t.Error(err)
				}
				if i%100 == 0 {
					if err := l.Index(t.Context(), nil); err != nil {
						t.Error(err)
					}
				}
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	l, err := ledger.Open(t.Context(), db, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	consistent(t, l)
	q, _ := ledger.ParseQuery("yolda", ledger.InOutput)
	if got, err := l.List(t.Context(), ledger.Filter{Search: q}); err != nil || len(got) != writers*each {
		t.Error(len(got), err)
	}
}

// consistent checks that the sums of days, of hours and of the calls themselves are the same.
func consistent(t *testing.T, l *ledger.Ledger) {
	t.Helper()
	ever, most := time.Unix(0, 0), start.AddDate(10, 0, 0)
	var want []ledger.Total
	for name, f := range map[string]ledger.Filter{
		"calls": {Since: ever.Add(1), Until: most}, "hours": {Since: ever.Add(time.Hour)}, "days": {},
	} {
		got, err := l.Totals(t.Context(), f, ledger.ByRun, ledger.ByModel, ledger.ByTenant)
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
		}
		if d := cmp.Diff(want, got); d != "" || len(got) == 0 {
			t.Errorf("%s: %s", name, d)
		}
	}
}
