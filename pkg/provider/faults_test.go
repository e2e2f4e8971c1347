package provider_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/llmops-toolkit/llmops/pkg/internal/realdata"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider"
	"github.com/llmops-toolkit/llmops/pkg/provider/providertest"
	"github.com/llmops-toolkit/llmops/pkg/provider/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// faultIDs is the collection of faults that this project holds itself to.
var faultIDs = []string{
	"truncated-clean-eof", "truncated-mid-event", "rst-mid-stream", "no-done-but-finish", "done-then-linger",
	"error-data", "error-event-no-wrapper", "anthropic-overloaded-event", "anthropic-529", "empty-choices",
	"usage-missing", "gemini-no-content", "gemini-blocked-prompt", "content-filter", "429-retry-after",
	"429-reset-headers", "429-quota", "x-should-retry", "408-409", "503-html", "200-html", "200-json-error",
	"200-empty", "line-1MiB", "line-40MiB", "crlf", "bare-cr", "bom", "multi-line-data", "comments-500",
	"malformed-chunk", "slow-loris", "gzip-bomb", "utf8-split", "redirect-cross-host", "dup-or-empty-ids",
}

// TestFaults plays every fault, over a loopback socket, to every provider's real client.
func TestFaults(t *testing.T) {
	faults := providertest.Faults()
	for _, id := range faultIDs {
		t.Run(id, func(t *testing.T) {
			played := 0
			for _, f := range faults {
				if f.ID == id {
					played++
					t.Run(orSame(f.Variant), func(t *testing.T) { playToAll(t, f) })
				}
			}
			if played == 0 {
				t.Error("no server plays this fault")
			}
		})
	}
	for _, f := range faults {
		if !slices.Contains(faultIDs, f.ID) {
			t.Errorf("fault %s is played and not in the list", f.Name())
		}
	}
}

func TestFaultListIsComplete(t *testing.T) {
	raw, err := os.ReadFile(realdata.Path(t, "faults", "faults.json"))
	if err != nil {
		t.Fatal(err)
	}
	var known []struct{ ID string }
	if err := json.Unmarshal(raw, &known); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, k := range known {
		ids = append(ids, k.ID)
	}
	if diff := cmp.Diff(ids, faultIDs); diff != "" {
		t.Errorf("faults.json and the test's list (-data +test):\n%s", diff)
	}
}

func orSame(variant string) string {
	if variant == "" {
		return "same"
	}
	return variant
}

func playToAll(t *testing.T, f providertest.Fault) {
	for _, d := range providertest.Dialects() {
		if !f.Has(d) {
			continue
		}
		t.Run(string(d), func(t *testing.T) {
			if !f.Only {
				t.Run("streamed", func(t *testing.T) { play(t, f, d, true) })
			}
			if f.OnePiece || f.Only {
				t.Run("whole", func(t *testing.T) { play(t, f, d, false) })
			}
		})
	}
}

func play(t *testing.T, f providertest.Fault, d providertest.Dialect, streamed bool) {
	want, ok := expected(f, d, streamed)
	if !ok {
		t.Fatalf("no expectation for %s", f.Name())
	}
	if want.settings.Timeouts != (provider.Timeouts{}) {
		t.Parallel() // it waits and does nothing
	}
	s := providertest.NewFaultServer(t, f)
	got := ask(t, s, d, streamed, want.settings)
	if diff := cmp.Diff(want.outcome, got.outcome, cmp.AllowUnexported(outcome{})); diff != "" {
		t.Errorf("outcome (-want +got):\n%s\nerror: %v", diff, got.err)
	}
	checkError(t, got.err)
	if s.Strayed() != 0 {
		t.Error("a request went to the host that a redirect named")
	}
	if s.Requests() > 1 {
		t.Errorf("%d requests were sent: retrying is not the provider's", s.Requests())
	}
}

// outcome is what a caller sees of a call.
type outcome struct {
	text, deltas string
	finish       llm.FinishReason
	usage        bool // known
	kind         llm.ErrorKind
	retryable    bool
	retryAfter   time.Duration
}

type asked struct {
	outcome
	err error
}

// key is made of parts, so that no scanner takes it for a key that leaked.
const key = "canary-" + "key-5f2b91"

func ask(t *testing.T, s *providertest.FaultServer, d providertest.Dialect, streamed bool, settings provider.Settings) asked {
	t.Helper()
	m := open(t, s.URL, d, settings)
	req := &llm.Request{Messages: []llm.Message{llm.Text(llm.RoleUser, "hello")}}
	var deltas strings.Builder
	if streamed {
		req.OnDelta = func(d llm.Delta) error { deltas.WriteString(d.Text); return nil }
	}
	resp, err := m.Generate(context.Background(), req)
	got := asked{err: err}
	got.deltas = deltas.String()
	if resp != nil {
		got.text, got.finish, got.usage = resp.Text(), resp.FinishReason, resp.Usage != nil
	}
	if e, ok := errors.AsType[*llm.Error](err); ok {
		got.kind, got.retryable, got.retryAfter = e.Kind, e.Retryable(), e.RetryAfter
	} else if err != nil {
		t.Errorf("not an *llm.Error: %v", err)
	}
	return got
}

func open(t *testing.T, url string, d providertest.Dialect, s provider.Settings) llm.Model {
	t.Helper()
	base := wire.NewBase()
	t.Cleanup(base.CloseIdleConnections)
	path := map[providertest.Dialect]string{providertest.OpenAI: "/v1", providertest.Gemini: "/v1beta"}[d]
	s.Transport = base
	s.Providers = map[string]provider.Entry{string(d): {BaseURL: url + path}}
	s.Key = func(provider.Entry) (llm.Secret, error) { return llm.NewSecret(key), nil }
	m, err := provider.Open(string(d)+"/m", s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// checkError checks what holds for every error: it is short, clean and keeps the key to itself.
func checkError(t *testing.T, err error) {
	t.Helper()
	e, ok := errors.AsType[*llm.Error](err)
	if !ok {
		return
	}
	if n := utf8.RuneCountInString(e.Message); n > 200 {
		t.Errorf("message of %d characters", n)
	}
	if len(e.Raw) > 1<<10 {
		t.Errorf("%d bytes of raw answer", len(e.Raw))
	}
	if e.Kind == llm.KindMalformed && e.Raw == "" && e.Status == 200 {
		t.Error("a malformed answer, and nothing of it is kept")
	}
	if all := fmt.Sprintf("%v %+v %s", err, *e, e.Hint()); strings.Contains(all, key) {
		t.Errorf("the key is in the error: %s", all)
	}
	if i := strings.IndexFunc(err.Error()+e.Hint(), unicode.IsControl); i >= 0 {
		t.Errorf("a control character in %q", err.Error()+e.Hint())
	}
	if e.Provider == "" {
		t.Errorf("no provider in %v", err)
	}
}
