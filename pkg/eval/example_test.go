package eval_test

import (
	"context"
	"fmt"
	"os"

	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func ExampleRun() {
	suite, err := eval.Load("testdata/support")
	if err != nil {
		fmt.Println(err)
		return
	}
	root, err := os.MkdirTemp("", "runs-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(root)
	// Any llm.Model will do; here one that has a single answer.
	model := llm.ModelFunc(func(context.Context, *llm.Request) (*llm.Response, error) {
		return &llm.Response{Parts: []llm.Part{{Text: "Hello!"}}}, nil
	})
	out, err := eval.Run(context.Background(), suite, eval.Config{
		Caller: engine.New(engine.Config{Gateway: model}), Root: root, Model: "example/hello",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range out.Result.Metrics[:1] {
		fmt.Printf("%s: %.2f over %d cases\n", m.Name, *m.Mean, m.N)
	}
	// Output: right: 0.14 over 6 cases
}
