package cli

import (
	"cmp"
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/gateway/route"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// routeExplainOptions are the flags of route explain.
type routeExplainOptions struct {
	model, prompt, varsFile, task string
	vars, tags                    []string
	maxTokens                     int
	json                          bool
}

func newRouteExplain(e *env) *cobra.Command {
	var o routeExplainOptions
	cmd := &cobra.Command{
		Use:   "explain [TEXT]",
		Short: "Show which rule a request would take, and why",
		Long: `Show which rule under route: in llmops.yaml a request would take, and what kept
the rules before it from holding. Nothing is sent.`,
		Example: `  llmops route explain "Sum up this letter" --task summarize
  llmops route explain -p content-summarize --var text="…" --tag beta`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runRouteExplain(cmd.Context(), e, o, strings.Join(args, " "))
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.model, "model", "m", "", "`MODEL` that is asked for; not set, the prompt's, else auto")
	flags.StringVarP(&o.prompt, "prompt", "p", "", "prompt of the registry, as `NAME@CONSTRAINT`")
	flags.StringArrayVar(&o.vars, "var", nil, "variable of the prompt, `NAME=VALUE` or NAME:=JSON (repeatable)")
	flags.StringVar(&o.varsFile, "vars", "", "JSON or YAML `FILE` of variables")
	flags.StringVar(&o.task, "task", "", "what the request is for, as the `NAME` that rules know it by")
	flags.StringArrayVar(&o.tags, "tag", nil, "`TAG` of the request (repeatable)")
	flags.IntVar(&o.maxTokens, "max-tokens", 0, "most `TOKENS` of the answer, for price caps")
	flags.BoolVar(&o.json, "json", false, "print as JSON")
	_ = cmd.RegisterFlagCompletionFunc("prompt", e.completePrompts)
	return cmd
}

// routeExplainJSON is what route explain --json prints.
type routeExplainJSON struct {
	Schema     string        `json:"schema"`
	Model      string        `json:"model"` // the reference that would be asked; "" when no rule holds
	Rule       string        `json:"rule,omitempty"`
	Reason     string        `json:"reason,omitempty"`
	Steps      []routeStep   `json:"steps"` // the rules that were tried, in their order
	Complexity routeClassify `json:"complexity"`
}

type routeStep struct {
	Rule   string `json:"rule"`
	Model  string `json:"model"`
	Holds  bool   `json:"holds"`
	Reason string `json:"reason"`
}

type routeClassify struct {
	Level route.Level `json:"level"`
	Score float64     `json:"score"`
}

func runRouteExplain(ctx context.Context, e *env, o routeExplainOptions, words string) error {
	call, err := e.routeCall(o, words)
	if err != nil {
		return err
	}
	cfg, err := e.config()
	if err != nil {
		return err
	}
	routing, err := e.routing()
	if err != nil {
		return err
	}
	eng := engine.New(engine.Config{Prompts: lazyPrompts{e}, Model: route.Auto, Aliases: aliases(cfg), Routing: routing})
	steps, res, err := eng.Route(ctx, call)
	if err != nil && len(steps) == 0 {
		return err
	}
	doc := routeExplainJSON{Schema: "llmops.route.explain/v1", Rule: res.Route, Reason: res.RouteReason, Steps: []routeStep{}}
	if err == nil {
		doc.Model = res.Request.Model
	}
	doc.Complexity.Level, doc.Complexity.Score = route.Classify(engine.Question(res.Request))
	doc.Complexity.Score = round(doc.Complexity.Score, 4)
	for _, s := range steps {
		doc.Steps = append(doc.Steps, routeStep{s.Rule, s.Model, s.Holds, s.Reason})
	}
	if printErr := e.printRoute(doc, o.json); printErr != nil {
		return printErr
	}
	return err
}

// routeCall is the call as chat would make it.
func (e *env) routeCall(o routeExplainOptions, words string) (engine.Call, error) {
	cfg, err := e.config()
	if err != nil {
		return engine.Call{}, err
	}
	vars, err := e.variables(o.varsFile, o.vars)
	if err != nil {
		return engine.Call{}, err
	}
	piped, err := e.pipedInput()
	if err != nil {
		return engine.Call{}, err
	}
	call := engine.Call{
		Prompt: o.prompt, Vars: vars, Task: o.task, Tags: o.tags, Tenant: cfg.Tenant,
		Request: llm.Request{Model: o.model, MaxTokens: o.maxTokens},
	}
	text := joinInput(words, piped)
	switch {
	case text != "":
		call.Request.Messages = []llm.Message{llm.Text(llm.RoleUser, text)}
	case o.prompt == "":
		return call, diag.Errorf("nothing to route").WithHint(`give a text: llmops route explain "Sum up this letter", or -p name`)
	}
	return call, checkUTF8("the text", []byte(words))
}

func (e *env) printRoute(doc routeExplainJSON, asJSON bool) error {
	if asJSON {
		return writeJSON(e.out, doc)
	}
	if len(doc.Steps) == 0 {
		return e.say("%s is named, so no rule is asked", doc.Model)
	}
	g := grid{header: []string{"", "rule", "model", "why"}, left: 4}
	for _, s := range doc.Steps {
		g.add(map[bool]string{true: "yes", false: "no"}[s.Holds], s.Rule, s.Model, s.Reason)
	}
	if err := g.print(e); err != nil {
		return err
	}
	e.info("complexity %s, score %.2f; asks %s", doc.Complexity.Level, doc.Complexity.Score, cmp.Or(doc.Model, "no model"))
	return nil
}
