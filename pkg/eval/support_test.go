package eval

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider/replay"
)

// callerFunc makes a real engine around a function that answers requests.
func callerFunc(answer llm.ModelFunc) Caller {
	return engine.New(engine.Config{Gateway: answer, Model: "test/model"})
}

// recorded answers from a recording.
func recorded(t testing.TB, path string) Caller {
	t.Helper()
	m, err := replay.Open(path, replay.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return callerFunc(m.Generate)
}

// always gives every request the same answer.
func always(text string) Caller {
	return callerFunc(func(context.Context, *llm.Request) (*llm.Response, error) { return answering(text), nil })
}

func answering(text string) *llm.Response {
	return &llm.Response{Parts: []llm.Part{{Text: text}}, FinishReason: llm.FinishStop}
}

// suiteOf writes files into a new directory and loads its suite.yaml.
func suiteOf(t testing.TB, files map[string]string) (*Suite, error) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		writeFile(t, filepath.Join(dir, name), text)
	}
	return Load(dir)
}

func mustSuite(t testing.TB, files map[string]string) *Suite {
	t.Helper()
	s, err := suiteOf(t, files)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
