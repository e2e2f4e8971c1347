package batch_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func Example() {
	dir, err := os.MkdirTemp("", "batch")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	shout := llm.ModelFunc(func(_ context.Context, req *llm.Request) (*llm.Response, error) {
		text := strings.ToUpper(req.Messages[0].Text())
		return &llm.Response{Parts: []llm.Part{{Text: text}}, FinishReason: llm.FinishStop}, nil
	})
	job, err := batch.Open(batch.Config{
		Input:    batch.Input{Name: "example", Reader: strings.NewReader(`{"id": "a", "input": "hello"}`)},
		Settings: batch.Settings{Model: "example/shout"},
		Output:   filepath.Join(dir, "out.jsonl"),
	})
	if err != nil {
		panic(err)
	}
	defer job.Close()
	summary, err := job.Run(context.Background(), engine.New(engine.Config{Gateway: shout}))
	fmt.Println(summary.Succeeded, err)
	// Output: 1 <nil>
}
