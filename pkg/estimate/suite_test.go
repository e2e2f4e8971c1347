package estimate_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pkoukk/tiktoken-go"
	tiktokenloader "github.com/pkoukk/tiktoken-go-loader"

	"github.com/llmops-toolkit/llmops/pkg/estimate"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/internal/realdata"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	mkdir(t, filepath.Dir(path))
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, dir string) *eval.Suite {
	t.Helper()
	s, err := eval.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The published questions of GSM8K: all of a suite's requests together have the tokens that tiktoken-go
// counts in the questions, and the seven of each that frame one.
func TestGSM8K(t *testing.T) {
	data, err := os.ReadFile(realdata.Path(t, "gsm8k", "cases.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	tiktoken.SetBpeLoader(tiktokenloader.NewOfflineLoader())
	oracle, err := tiktoken.GetEncoding("o200k_base")
	if err != nil {
		t.Fatal(err)
	}
	var want, cases int64
	for line := range strings.Lines(string(data)) {
		var c struct{ Vars struct{ Question string } }
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			t.Fatal(err)
		}
		want += int64(len(oracle.EncodeOrdinary(c.Vars.Question))) + 4 + 3
		cases++
	}
	if cases != 1319 {
		t.Fatalf("%d questions; there are 1,319", cases)
	}
	dir := t.TempDir()
	write(t, dir+"/suite.yaml", "name: gsm8k\nprompt: {inline: \"{{question}}\"}\ncases: cases.jsonl\nparams: {max_tokens: 100}\n")
	write(t, dir+"/cases.jsonl", string(data))
	e := newEstimator(t, nil)
	if err := estimate.Suite(t.Context(), load(t, dir), nil, "openai/gpt-4o-mini", e.Add); err != nil {
		t.Fatal(err)
	}
	got := one(t, e)
	if got.Calls != cases || got.Input.Expected != want || got.Output.High != 100*cases {
		t.Errorf("%d calls, %d and %d tokens; want %d, %d and %d", got.Calls, got.Input.Expected, got.Output.High, cases, want, 100*cases)
	}
	if cost := exact(t, want, 100*cases, "0.15", "0.6"); got.Cost.Expected != cost {
		t.Errorf("cost %s; want %s", got.Cost.Expected, cost)
	}
}

func TestSuiteLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", filepath.Join(dir, "tmp"))
	mkdir(t, filepath.Join(dir, "tmp"))
	write(t, dir+"/s/suite.yaml", "prompt: {inline: \"{{q}}\"}\ncases: cases.jsonl\nrepeat: 3\nmodel: openai/gpt-4o\nparams: {max_tokens: 5}\n")
	write(t, dir+"/s/cases.jsonl", strings.Repeat(`{"vars": {"q": "Hi"}}`+"\n", 30))
	e := newEstimator(t, func(c *estimate.Config) { c.Models = nil })
	if err := estimate.Suite(t.Context(), load(t, dir+"/s"), nil, "", e.Add); err != nil {
		t.Fatal(err)
	}
	if got := one(t, e); got.Calls != 90 || got.Model != "openai/gpt-4o" {
		t.Errorf("%d calls of %s; want 90 of the suite's model", got.Calls, got.Model)
	}
	if left, err := os.ReadDir(filepath.Join(dir, "tmp")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestSuiteMistakes(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/suite.yaml", "prompt: {inline: \"{{q}}\"}\ncases: cases.jsonl\n")
	write(t, dir+"/cases.jsonl", `{"vars": {"q": "Hi"}}`)
	e := newEstimator(t, func(c *estimate.Config) { c.Models = []string{"acme/x"} })
	err := estimate.Suite(t.Context(), load(t, dir), nil, "", e.Add)
	if err == nil || !strings.Contains(err.Error(), "tokenizer") {
		t.Errorf("got %v; want what the estimator says", err)
	}
	write(t, dir+"/cases.jsonl", `{"vars": {"r": "Hi"}}`)
	if err := estimate.Suite(t.Context(), load(t, dir), nil, "openai/gpt-4o", e.Add); err == nil || !strings.Contains(err.Error(), "cases.jsonl:1") {
		t.Errorf("got %v; want the case's place", err)
	}
}
