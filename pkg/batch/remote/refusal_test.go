package remote_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/batch/remote"
	"github.com/llmops-toolkit/llmops/pkg/internal/batchserver"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func TestRefusals(t *testing.T) {
	s := batchserver.New(t)
	c, w := client(s.URL, 0, nil), newWork(t, gpt, questions(3)...)
	other := func(model string, lines ...string) func() error {
		return func() error {
			o := newWork(t, model, lines...)
			o.sub.Output = w.out
			_, err := c.Submit(t.Context(), o.sub)
			return err
		}
	}
	submit(t, c, w)
	stale := filepath.Join(w.dir, "answers.jsonl")
	if err := os.WriteFile(stale, []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		run  func() error
		want string
	}{
		"another input":   {other(gpt, `{"id":"q0","input":"changed"}`), "not what"},
		"a shorter input": {other(gpt, questions(2)...), "2 records"},
		"other flags":     {other("openai/gpt-4o", questions(3)...), "belongs to another batch"},
		"no state":        {func() error { _, err := c.Refresh(t.Context(), "none.jsonl"); return err }, "there is no state file"},
		"an output is there": {func() error {
			o := newWork(t, gpt, questions(1)...)
			o.sub.Output = stale
			_, err := c.Submit(t.Context(), o.sub)
			return err
		}, "is there already"},
		"a foreign state": {func() error {
			foreign := filepath.Join(w.dir, "foreign.jsonl")
			if err := os.WriteFile(remote.StatePath(foreign), []byte("{}\n"), 0o600); err != nil {
				return err
			}
			_, err := remote.LoadState(foreign)
			return err
		}, "no state of a batch"},
		"no batch API": {func() error {
			_, err := c.Submit(t.Context(), newWork(t, "gemini/gemini-2.5-flash", questions(1)...).sub)
			return err
		}, "has no batch API"},
		"an empty input": {func() error { _, err := c.Submit(t.Context(), newWork(t, gpt).sub); return err }, "there is no record"},
		"a wrong key": {func() error {
			wrong := client(s.URL, 0, nil)
			wrong.Open = wrongKey(s.URL)
			_, err := wrong.Submit(t.Context(), newWork(t, gpt, questions(1)...).sub)
			if !errors.Is(err, llm.ErrAuth) || strings.Contains(err.Error(), "sk-wrong") {
				return fmt.Errorf("got %w", err)
			}
			return err
		}, "authentication"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := tt.run(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
