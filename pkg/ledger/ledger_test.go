package ledger_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

func database(t testing.TB) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "llmops.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func openLedger(t testing.TB, opts ledger.Options) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(t.Context(), database(t), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func appendAll(t testing.TB, l *ledger.Ledger, records ...ledger.Record) {
	t.Helper()
	for _, r := range records {
		if err := l.Append(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

var start = time.Date(2025, 3, 1, 22, 30, 0, 123456789, time.UTC)

func ptr[T any](v T) *T { return &v }

func whole() ledger.Record {
	return ledger.Record{
		TraceID: "01JN", Time: start, Tenant: "acme", Conversation: "c1", Source: ledger.FromEval, RunID: "r1", CaseID: "k1", Repeat: 2,
		ModelAsked: "openai/gpt-4o", Provider: "openai", ModelAnswered: "gpt-4o-2024-08-06", Prompt: "support", Version: "1.2.0", PromptSHA256: "abc", Experiment: "tone",
		Usage: &llm.Usage{UncachedInput: 1, CacheRead: 2, CacheWrite: 3, CacheWrite1h: 4, Output: 9, Reasoning: 5}, UsageSource: ledger.UsageEstimated,
		Cost: ptr(llm.Money(125_000)), CostNote: "repriced", Cache: ledger.CacheHit, SavedCost: ptr(llm.Money(7)), TTFT: 40 * time.Millisecond, Total: time.Second, TokensPerSecond: ptr(9.375),
		FinishReason: llm.FinishStop, Status: ledger.OK, ErrorKind: llm.KindTimeout, Attempts: 3, RequestHash: "def",
		Parent: "01JA", Project: "shop", KeyName: "OPENAI_API_KEY", Unit: "user-7", Tags: []string{"vip", `a "b"`},
		Route: "cheap", RouteReason: "complexity simple", FallbackFrom: []string{"openai/a", "openai/b"}, FallbackReason: "rate_limit",
		Cut: "truncate_oldest: 4 messages, 2310 tokens", Passed: ptr(true),
		Messages: []llm.Message{llm.Text(llm.RoleUser, "Siparişim nerede?")}, Output: []llm.Part{{Text: "Yolda."}}, Vars: map[string]any{"question": "Siparişim nerede?", "n": 2.0},
	}
}

func TestARecordComesBackWhole(t *testing.T) {
	for _, sync := range []bool{false, true} {
		t.Run(fmt.Sprint("sync ", sync), func(t *testing.T) {
			l := openLedger(t, ledger.Options{Texts: ledger.TextsFull, Sync: sync})
			want := whole()
			bare := ledger.Record{TraceID: "01JM", Time: start.Add(-time.Hour), Status: ledger.Failed, Kept: ledger.TextsOff}
			appendAll(t, l, want, bare)
			want.Kept = ledger.TextsFull
			for _, r := range []ledger.Record{want, bare} {
				got, err := l.Get(t.Context(), r.TraceID)
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(&r, got); d != "" {
					t.Error(d)
				}
			}
		})
	}
}

func TestGetWhatIsNotThere(t *testing.T) {
	l := openLedger(t, ledger.Options{})
	if _, err := l.Get(t.Context(), "nope"); !errors.Is(err, ledger.ErrNotFound) || !strings.Contains(err.Error(), `"nope"`) {
		t.Error(err)
	}
}

func TestRecordsThatAreNone(t *testing.T) {
	l := openLedger(t, ledger.Options{})
	for name, r := range map[string]ledger.Record{
		"trace id": {Time: start, Status: ledger.OK}, "time": {TraceID: "x", Status: ledger.OK}, "status": {TraceID: "x", Time: start, Status: "done"},
	} {
		if err := l.Append(t.Context(), r); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

func TestTexts(t *testing.T) {
	const key = "sk-canary"
	scrub := func(s string) string { return strings.ReplaceAll(s, key, "[key]") }
	mask := func(s string) string { return strings.ReplaceAll(s, "Ada", "[name]") }
	r := whole()
	r.Messages = []llm.Message{{Role: llm.RoleUser, Parts: []llm.Part{
		{Text: "Ada has " + key}, {Media: &llm.Media{MIME: "image/png", Data: []byte("Ada")}},
	}}}
	r.Output = []llm.Part{
		{ToolCall: &llm.ToolCall{Name: "f", Arguments: key}},
		{Reasoning: &llm.Reasoning{Text: key}},
		{ToolResult: &llm.ToolResult{Content: key}},
		{Extra: &llm.Extra{Data: json.RawMessage(`["` + key + `"]`)}},
	}
	for mode, want := range map[ledger.Texts]string{
		ledger.TextsOff: "", ledger.TextsHashed: "", ledger.TextsRedacted: "[name] has [key]", ledger.TextsFull: "Ada has [key]",
	} {
		t.Run(string(mode), func(t *testing.T) {
			l := openLedger(t, ledger.Options{Texts: mode, Scrub: scrub, Redact: mask})
			appendAll(t, l, r)
			got, err := l.Get(t.Context(), r.TraceID)
			if err != nil {
				t.Fatal(err)
			}
			b, err := json.Marshal(got)
			if err != nil || strings.Contains(string(b), key) {
				t.Errorf("%s %v", b, err)
			}
			if got.Kept != mode || (len(got.TextHashes.Messages) == 64) != (mode == ledger.TextsHashed) {
				t.Errorf("kept %s, %+v", got.Kept, got.TextHashes)
			}
			if want == "" {
				if len(got.Messages)+len(got.Output) > 0 {
					t.Errorf("texts are there: %s", b)
				}
				return
			}
			if text := got.Messages[0].Text(); text != want {
				t.Errorf("%q, want %q", text, want)
			}
			if m := got.Messages[0].Parts[1].Media; len(m.Data) > 0 || !strings.HasPrefix(m.URL, "sha256:") {
				t.Errorf("media %+v", m)
			}
		})
	}
	if r.Messages[0].Parts[0].Text != "Ada has "+key || r.Messages[0].Parts[1].Media.Data == nil {
		t.Error("the caller's messages were changed")
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []ledger.Options{{Texts: "some"}, {Texts: ledger.TextsRedacted}} {
		if _, err := ledger.Open(t.Context(), database(t), o); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
}

func TestAnInterruptedCallIsRecorded(t *testing.T) {
	l := openLedger(t, ledger.Options{Sync: true, Texts: ledger.TextsFull})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := whole()
	r.Status, r.FinishReason = ledger.Incomplete, ""
	if err := l.Append(ctx, r); err != nil {
		t.Fatal(err)
	}
	got, err := l.Get(t.Context(), r.TraceID)
	if err != nil || got.Status != ledger.Incomplete || (&llm.Response{Parts: got.Output}).Text() != "Yolda." {
		t.Errorf("%+v %v", got, err)
	}
}

func TestCloseWritesEverything(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "llmops.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	l, err := ledger.Open(t.Context(), db, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 400 {
				r := whole()
				r.TraceID = fmt.Sprint(g, "-", i)
				if err := l.Append(t.Context(), r); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Error("a second Close:", err)
	}
	if err := l.Append(t.Context(), whole()); !errors.Is(err, ledger.ErrClosed) {
		t.Error(err)
	}
	if err := l.Flush(t.Context()); !errors.Is(err, ledger.ErrClosed) {
		t.Error(err)
	}
	again, err := ledger.Open(t.Context(), db, ledger.Options{Sync: true})
	if err != nil {
		t.Fatal(err)
	}
	if total, err := again.Totals(t.Context(), ledger.Filter{}); err != nil || total[0].Calls != 3200 {
		t.Errorf("%+v %v", total, err)
	}
}

func TestATraceIDTwice(t *testing.T) {
	var told error
	l := openLedger(t, ledger.Options{Report: func(err error) { told = err }})
	second := whole()
	second.Tenant = "other"
	appendAll(t, l, whole(), second)
	if told == nil || !strings.Contains(told.Error(), "01JN") {
		t.Errorf("told %v", told)
	}
	got, err := l.Totals(t.Context(), ledger.Filter{}, ledger.ByTenant)
	if err != nil || len(got) != 1 || got[0].Tenant != "acme" || got[0].Calls != 1 {
		t.Errorf("%+v %v", got, err)
	}
}

func TestTextsThatAreNoJSON(t *testing.T) {
	l := openLedger(t, ledger.Options{Texts: ledger.TextsFull, Sync: true})
	r := whole()
	r.Output = []llm.Part{{Extra: &llm.Extra{Data: json.RawMessage(`{`)}}}
	if err := l.Append(t.Context(), r); err != nil {
		t.Error(err)
	}
	if got, err := l.Get(t.Context(), r.TraceID); err != nil || string(got.Output[0].Extra.Data) != "null" {
		t.Errorf("%+v %v", got, err)
	}
}

func TestABrokenDiskLosesNothingThatCanBeKept(t *testing.T) {
	db := database(t)
	told := make(chan error, 100)
	l, err := ledger.Open(t.Context(), db, ledger.Options{Report: func(err error) { told <- err }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`ALTER TABLE calls RENAME TO gone`); err != nil {
		t.Fatal(err)
	}
	if err := l.Append(t.Context(), whole()); err != nil {
		t.Fatal("the call was held up:", err)
	}
	if err := l.Flush(t.Context()); err == nil {
		t.Error("Flush says nothing")
	}
	<-told
	if _, err := db.Exec(`ALTER TABLE gone RENAME TO calls`); err != nil {
		t.Fatal(err)
	}
	if err := l.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Get(t.Context(), "01JN"); err != nil {
		t.Error(err)
	}
	if _, err := db.Exec(`DROP TABLE calls`); err != nil {
		t.Fatal(err)
	}
	r := whole()
	r.TraceID = "lost"
	if err := l.Append(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err == nil || !strings.Contains(err.Error(), "1 calls were not recorded") {
		t.Errorf("Close: %v", err)
	}
}

// An address is a text like any other, and one that holds a file is that file.
func TestAddressesOfMediaAreCleaned(t *testing.T) {
	l := openLedger(t, ledger.Options{
		Texts:  ledger.TextsRedacted,
		Scrub:  func(s string) string { return strings.ReplaceAll(s, "sk-secret", "[key]") },
		Redact: func(s string) string { return strings.ReplaceAll(s, "ada@example.com", "[email]") },
	})
	r := whole()
	r.Messages = []llm.Message{{Role: llm.RoleUser, Parts: []llm.Part{
		{Media: &llm.Media{MIME: "image", URL: "https://127.0.0.1/ada@example.com.png?key=sk-secret", Name: "ada@example.com.png"}},
		{Media: &llm.Media{MIME: "image", URL: "data:image/png;base64,iVBORw0KGgo="}},
	}}}
	appendAll(t, l, r)
	got, err := l.Get(t.Context(), r.TraceID)
	if err != nil {
		t.Fatal(err)
	}
	parts := got.Messages[0].Parts
	if m := parts[0].Media; m.URL != "https://127.0.0.1/[email].png?key=[key]" || m.Name != "[email].png" {
		t.Errorf("kept %+v", m)
	}
	if m := parts[1].Media; !strings.HasPrefix(m.URL, "sha256:") || len(m.URL) != len("sha256:")+64 {
		t.Errorf("kept %+v", m)
	}
}
