package prompt_test

import (
	"fmt"
	"testing/fstest"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// A version is resolved, rendered and applied to a request.
func Example() {
	reg := prompt.Open(fstest.MapFS{"greet/v1.0.0.md": {Data: []byte(`---
model: openai/gpt-4o-2024-08-06
config: {temperature: 0}
input: {schema: {name: string}}
---
{{role "system"}}
Greet in one sentence.
{{role "user"}}
I am {{name}}.
`)}})
	v, err := reg.Resolve("greet@^1.0")
	if err != nil {
		fmt.Println(err)
		return
	}
	req := &llm.Request{}
	if req.Messages, err = v.Render(map[string]any{"name": "Ada"}); err != nil {
		fmt.Println(err)
		return
	}
	v.Apply(req)
	for _, m := range req.Messages {
		fmt.Printf("%s: %s\n", m.Role, m.Text())
	}
	fmt.Println(req.Model, *req.Temperature)
	// Output:
	// system: Greet in one sentence.
	// user: I am Ada.
	// openai/gpt-4o-2024-08-06 0
}

// A mistake in the variables names them.
func ExampleVersion_Render() {
	v, err := prompt.Open(fstest.MapFS{"greet/v1.0.0.md": {Data: []byte("---\ninput: {schema: {name: string}}\n---\nI am {{name}}.\n")}}).Resolve("greet")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = v.Render(map[string]any{"nmae": "Ada"})
	fmt.Println(err)
	// Output:
	// prompt greet@1.0.0: variable name is missing; variable nmae is not declared
}

// Compare says what a change demands, and why.
func ExampleCompare() {
	reg := prompt.Open(fstest.MapFS{
		"greet/v1.0.0.md":      {Data: []byte("---\ninput: {schema: {name: string}}\n---\nI am {{name}}.\n")},
		"greet/v1.0.1-rc.1.md": {Data: []byte("---\ninput: {schema: {name: string, age: integer}}\n---\nI am {{name}}, {{age}}.\n")},
	})
	from, err := reg.Resolve("greet")
	if err != nil {
		fmt.Println(err)
		return
	}
	to, err := reg.Resolve("greet@1.0.1-rc.1")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range prompt.Compare(from, to).Reasons {
		fmt.Println(r.Level, r)
	}
	// Output:
	// major input.age was added and is required
	// patch body has another wording
}
