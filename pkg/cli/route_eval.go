package cli

import (
	"context"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/gateway/route"
	"github.com/llmops-toolkit/llmops/pkg/gateway/route/curve"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/pricing"
)

// routeEvalOptions are the flags of route eval.
type routeEvalOptions struct {
	weak, strong             string
	weakColumn, strongColumn string
	points                   int
	output                   int64
	heldOut                  bool
	json                     bool
}

// maxPoints is the most points of a curve that are printed.
const maxPoints = 1000

func newRouteEval(e *env) *cobra.Command {
	var o routeEvalOptions
	cmd := &cobra.Command{
		Use:   "eval DATA",
		Short: "Measure routing by complexity on labelled data",
		Long: `Measure what routing by complexity would save and lose, against always asking
the strong model, always the weak one, and choosing at random. DATA is a .csv or
.jsonl file of prompts with the quality of both models' answers: prompt, weak,
strong (true, false or a number), and where there are any weak_response,
strong_response and complexity. RouteLLM's files are read as they are. Nothing
is sent; costs are of counted tokens at the catalog's prices.`,
		Example: `  llmops route eval data.jsonl --weak openai/gpt-4o-mini --strong openai/gpt-4o
  llmops route eval gsm8k_responses.csv --weak mistral/open-mixtral-8x7b \
      --strong openai/gpt-4-1106-preview --curve 20 --json`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runRouteEval(cmd.Context(), e, o, args[0])
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.weak, "weak", "", "the weak `MODEL`, for prices and tokens (required)")
	flags.StringVar(&o.strong, "strong", "", "the strong `MODEL` (required)")
	flags.StringVar(&o.weakColumn, "weak-column", "", "`COLUMN` with the quality of the weak model's answers")
	flags.StringVar(&o.strongColumn, "strong-column", "", "`COLUMN` with the quality of the strong model's answers")
	flags.IntVar(&o.points, "curve", 10, "`STEPS` of the cost-quality curve; 0 means one for each score")
	flags.Int64Var(&o.output, "output", 500, "`TOKENS` of an answer that DATA does not hold")
	flags.BoolVar(&o.heldOut, "held-out", false, "leave out prompts that the classifier was fitted on")
	flags.BoolVar(&o.json, "json", false, "print as JSON")
	return cmd
}

func (o routeEvalOptions) check() error {
	switch {
	case o.weak == "" || o.strong == "":
		return diag.Errorf("--weak and --strong name the two models").
			WithHint("for example --weak openai/gpt-4o-mini-2024-07-18 --strong openai/gpt-4o-2024-08-06")
	case o.points < 0 || o.points > maxPoints:
		return diag.Errorf("--curve %d is not between 0 and %d", o.points, maxPoints)
	case o.output < 0:
		return diag.Errorf("--output %d is below zero", o.output)
	}
	return nil
}

func runRouteEval(ctx context.Context, e *env, o routeEvalOptions, path string) error {
	if err := o.check(); err != nil {
		return err
	}
	weak, err := e.routePrice(o.weak, o.output)
	if err != nil {
		return err
	}
	strong, err := e.routePrice(o.strong, o.output)
	if err != nil {
		return err
	}
	data, err := e.routeData(o, path)
	if err != nil {
		return err
	}
	for i := range data.Items {
		if ctx.Err() != nil {
			return &silentError{ctx.Err()}
		}
		item := &data.Items[i]
		item.WeakCost, item.StrongCost = weak.cost(item.Prompt, item.WeakAnswer), strong.cost(item.Prompt, item.StrongAnswer)
	}
	r := curve.Measure(data.Items, o.points)
	doc := newRouteEvalJSON(path, o, data, r)
	doc.Weak.Model, doc.Strong.Model = weak.ref, strong.ref
	doc.Assumed = weak.assumed || strong.assumed
	if o.json {
		return writeJSON(e.out, doc)
	}
	return e.printRouteEval(o, doc, r)
}

// routeData reads the labelled data.
func (e *env) routeData(o routeEvalOptions, path string) (*curve.Data, error) {
	f, err := openInput("labelled data", path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read from
	want := curve.Columns{Weak: o.weak, Strong: o.strong}
	if o.weakColumn != "" {
		want.Weak = o.weakColumn
	}
	if o.strongColumn != "" {
		want.Strong = o.strongColumn
	}
	data, err := curve.Read(filepath.Clean(path), f, want)
	if err != nil || !o.heldOut {
		return data, err
	}
	data.Items = slices.DeleteFunc(data.Items, func(i curve.Item) bool { return route.FittedOn(i.Prompt) })
	if len(data.Items) == 0 {
		return nil, diag.Errorf("%s: the classifier was fitted on every prompt, so that none is held out", path)
	}
	return data, nil
}

// routePrice prices prompts and answers of a model.
type routePrice struct {
	ref     string
	model   *pricing.Model // nil means unpriced
	count   func(req *llm.Request) int
	text    func(string) int
	output  int64
	assumed bool // an answer was not there, and its length is output
}

func (e *env) routePrice(name string, output int64) (*routePrice, error) {
	ref, err := e.modelRef(name)
	if err != nil {
		return nil, err
	}
	cfg, err := e.config()
	if err != nil {
		return nil, err
	}
	catalog, err := e.catalog()
	if err != nil {
		return nil, err
	}
	if !modelStatus(cfg, catalog(), ref, time.Now()).Known {
		if _, err := e.findModel(catalog(), ref); err != nil {
			return nil, err
		}
	}
	counter, _, err := e.promptCounter(ref)
	if err != nil {
		return nil, err
	}
	p := &routePrice{ref: ref, output: output, text: counter.Count}
	p.count = func(req *llm.Request) int { return counter.CountRequest(req).Tokens }
	p.model, _ = catalog().Find(ref)
	return p, nil
}

func (p *routePrice) cost(prompt, answer string) *llm.Money {
	req := &llm.Request{Model: p.ref, Messages: []llm.Message{llm.Text(llm.RoleUser, prompt)}}
	u := llm.Usage{UncachedInput: int64(p.count(req)), Output: p.output}
	if answer != "" {
		u.Output = int64(p.text(answer))
	} else {
		p.assumed = true
	}
	return p.model.Cost(&u, pricing.Options{})
}
