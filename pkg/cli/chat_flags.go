package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/chat"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// modelFlags are the parameters of a request that chat takes as flags.
type modelFlags struct {
	model       string
	temperature float64
	topP        float64
	maxTokens   int
	seed        int64
	stop        []string
	schema      string
	jsonMode    bool
	tools       string
	toolChoice  string
	options     []string
}

func (f *modelFlags) declare(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVarP(&f.model, "model", "m", "", "model as `PROVIDER/MODEL`, such as openai/gpt-4o-mini-2024-07-18")
	flags.Float64Var(&f.temperature, "temperature", 0, "sampling temperature")
	flags.Float64Var(&f.topP, "top-p", 0, "nucleus sampling")
	flags.IntVar(&f.maxTokens, "max-tokens", 0, "most tokens of the answer")
	flags.Int64Var(&f.seed, "seed", 0, "seed, where the provider has one")
	flags.StringArrayVar(&f.stop, "stop", nil, "end the answer at this `TEXT` (repeatable)")
	flags.StringVar(&f.schema, "schema", "", "JSON Schema `FILE` that the answer has to fit")
	flags.BoolVar(&f.jsonMode, "json-mode", false, "ask for an answer that is a JSON object")
	flags.StringVar(&f.tools, "tools", "", "JSON `FILE` with the definitions of tools that the model may call")
	flags.StringVar(&f.toolChoice, "tool-choice", "", "auto, none, required or the name of a tool")
	flags.StringArrayVar(&f.options, "option", nil, "provider's own `NAME=JSON` field of the request (repeatable)")
}

// request turns the flags that were given into a request without messages.
func (f *modelFlags) request(cmd *cobra.Command, e *env) (llm.Request, error) {
	req := llm.Request{Model: f.model, Stop: f.stop, ToolChoice: f.toolChoice}
	set := cmd.Flags().Changed
	if set("temperature") {
		req.Temperature = &f.temperature
	}
	if set("top-p") {
		req.TopP = &f.topP
	}
	if set("seed") {
		req.Seed = &f.seed
	}
	switch {
	case f.temperature < 0 || f.temperature > 2:
		return req, diag.Errorf("--temperature %g is not between 0 and 2", f.temperature)
	case set("top-p") && (f.topP <= 0 || f.topP > 1):
		return req, diag.Errorf("--top-p %g is not above 0 and at most 1", f.topP)
	case set("max-tokens") && f.maxTokens < 1:
		return req, diag.Errorf("--max-tokens %d is not above 0", f.maxTokens)
	case f.schema != "" && f.jsonMode:
		return req, diag.Errorf("--schema and --json-mode exclude each other")
	}
	req.MaxTokens = f.maxTokens
	return req, f.files(e, &req)
}

func (f *modelFlags) files(e *env, req *llm.Request) error {
	if f.jsonMode {
		req.Format = &llm.Format{Type: llm.FormatJSON}
	}
	if f.schema != "" {
		data, err := e.readInputFile("--schema", f.schema)
		if err != nil {
			return err
		}
		if req.Format, err = chat.ParseSchema(f.schema, data); err != nil {
			return err
		}
	}
	if f.tools != "" {
		data, err := e.readInputFile("--tools", f.tools)
		if err != nil {
			return err
		}
		if req.Tools, err = chat.ParseTools(f.tools, data); err != nil {
			return err
		}
	}
	for _, pair := range f.options {
		name, value, err := cutOption(pair)
		if err != nil {
			return err
		}
		if req.Options == nil {
			req.Options = map[string]any{}
		}
		req.Options[name] = value
	}
	return nil
}

// cutOption reads NAME=JSON; what is no JSON is text.
func cutOption(pair string) (string, any, error) {
	for i := range pair {
		if pair[i] == '=' && i > 0 {
			if v, err := decodeJSON("", []byte(pair[i+1:])); err == nil {
				return pair[:i], v, nil
			}
			return pair[:i], pair[i+1:], nil
		}
	}
	return "", nil, diag.Errorf("--option %q is not name=value", pair).WithHint("for example --option reasoning_effort=low")
}

// checkTimeout refuses a duration that would end the call before it begins.
func checkTimeout(flag string, d time.Duration, set bool) error {
	if set && d <= 0 {
		return diag.Errorf("%s %s is not above zero", flag, d)
	}
	return nil
}

// price words a cost for people: "unpriced" when it is not known.
func price(m *llm.Money) string {
	if m == nil {
		return "unpriced"
	}
	return fmt.Sprint(*m)
}
