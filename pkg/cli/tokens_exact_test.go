package cli

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/pricing"
)

// --exact asks the provider's counting endpoint, and prints what it says.
func TestTokensExact(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || !strings.HasSuffix(r.URL.Path, "/count_tokens") || !bytes.Contains(body, []byte("Merhaba")) {
			http.Error(w, `{"error": {"message": "not what was expected"}}`, http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"input_tokens": 4321}`)
	}))
	t.Cleanup(server.Close)
	dir := t.TempDir()
	put(t, dir+"/llmops.yaml", "providers: {anthropic: {base_url: \""+server.URL+"\"}}\n")
	var out, errs bytes.Buffer
	e := &env{
		in: strings.NewReader("Merhaba"), out: &out, err: &errs, dir: dir,
		environ: []string{"ANTHROPIC_API_KEY=a-key", "LLMOPS_RETRY_ATTEMPTS=1"},
	}
	if code := run(t.Context(), e, []string{"tokens", "--exact", "-m", "anthropic/claude-haiku-4-5", "--json"}); code != exitOK {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	if got := out.String(); !strings.Contains(got, `"tokens": 4321`) || !strings.Contains(got, `"estimated": false`) || !strings.Contains(got, `"input_cost_usd": 0.004321`) {
		t.Errorf("got %s", got)
	}
}

// A file that cannot be read is an error when it was named, and is named when a directory holds it.
func TestTokensUnreadable(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("skipped: root reads every file")
	}
	dir := t.TempDir()
	put(t, dir+"/good.txt", "Hello")
	put(t, dir+"/bad.txt", "Hello")
	if err := os.Chmod(dir+"/bad.txt", 0); err != nil {
		t.Fatal(err)
	}
	for arg, want := range map[string]int{dir + "/bad.txt": exitUsage, dir: exitItems} {
		var out, errs bytes.Buffer
		e := &env{out: &out, err: &errs, dir: dir}
		code := run(t.Context(), e, []string{"tokens", arg})
		if code != want || !strings.Contains(errs.String(), "bad.txt") || (want == exitItems) != strings.Contains(out.String(), "1 token") {
			t.Errorf("tokens %s: exit code %d: %s%s", arg, code, out.String(), errs.String())
		}
	}
}

func TestOldPricesAreAnnounced(t *testing.T) {
	c, err := pricing.Default()
	if err != nil {
		t.Fatal(err)
	}
	for name, warn := range map[time.Duration]bool{0: false, 180 * 24 * time.Hour: false, 181 * 24 * time.Hour: true} {
		var errs bytes.Buffer
		e := &env{err: &errs}
		e.warnStale(c, c.Date().Add(name))
		if got := strings.Contains(errs.String(), c.Date().Format(time.DateOnly)); got != warn {
			t.Errorf("after %s: %q", name, errs.String())
		}
	}
}

func TestDollars(t *testing.T) {
	for _, c := range []struct {
		nano llm.Money
		want string
	}{
		{0, "$0"},
		{1, "$0.000000001"},
		{450, "$0.00000045"},
		{2_100_000, "$0.00210"},
		{123_456_789, "$0.123"},
		{1_234_567_890, "$1.23"},
		{12_345_678_900_000, "$12,345.68"},
		{-2_700_000_000, "-$2.70"},
		{-450, "-$0.00000045"},
	} {
		if got := dollars(c.nano); got != c.want {
			t.Errorf("%d: %s; want %s", c.nano, got, c.want)
		}
	}
}
