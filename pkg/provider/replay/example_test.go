package replay_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider/replay"
)

func Example() {
	dir, err := os.MkdirTemp("", "replay")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "answers.jsonl")

	// Record what a model answers …
	rec, err := replay.NewRecorder(path, replay.Header{Source: "an example", Sample: true}, nil)
	if err != nil {
		log.Fatal(err)
	}
	model := llm.Wrap(llm.ModelFunc(func(context.Context, *llm.Request) (*llm.Response, error) {
		return &llm.Response{Parts: []llm.Part{{Text: "Ankara"}}, FinishReason: llm.FinishStop, Usage: &llm.Usage{UncachedInput: 9, Output: 2}}, nil
	}), rec.Middleware())
	req := &llm.Request{Messages: []llm.Message{llm.Text(llm.RoleUser, "The capital of Türkiye?")}}
	if _, err := model.Generate(context.Background(), req); err != nil {
		log.Fatal(err)
	}
	if err := rec.Close(); err != nil {
		log.Fatal(err)
	}

	// … and answer from the recording.
	again, err := replay.Open(path, replay.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer again.Close()
	resp, err := again.Generate(context.Background(), req)
	fmt.Println(resp.Text(), resp.Usage.Output, again.Header().Sample, err)
	// Output: Ankara 2 true <nil>
}
