package engine_test

import (
	"context"
	"fmt"
	"os"

	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/gateway"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
	"github.com/llmops-toolkit/llmops/pkg/provider"
)

// A prompt of the registry, answered from a recording. Any other model takes the same lines; one that
// needs a key gets it through provider.Settings.Key.
func Example() {
	eng := engine.New(engine.Config{
		Prompts: prompt.Open(os.DirFS("testdata/prompts")),
		Gateway: gateway.New(gateway.Config{Open: func(ref string) (llm.Model, error) {
			return provider.Open(ref, provider.Settings{})
		}}),
	})
	res, err := eng.Generate(context.Background(), engine.Call{
		Prompt: "greeting@^1.0", Vars: map[string]any{"person": "Ada"},
		Request: llm.Request{Model: "replay/testdata/greeting.jsonl", Case: "ada"},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(res.Prompt.Ref(), res.Response.Text(), res.Response.Usage.Output)
	// Output: greeting@1.0.0 Hello Ada! 4
}
