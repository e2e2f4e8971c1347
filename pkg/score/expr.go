package score

import (
	"context"
	"fmt"
	"slices"

	"github.com/llmops-toolkit/llmops/third_party/expr/vm"
)

// expression computes an expr-lang expression over the answer. true or false is the verdict; a number is the
// value, which passes from the threshold up.
type expression struct {
	Expr      string   `yaml:"expr" json:"expr"`
	Threshold *float64 `yaml:"threshold" json:"threshold"`

	program *vm.Program
	uses    exprUse
}

func newExpression(o expression) (Scorer, error) {
	if o.Expr == "" {
		return nil, badOptionHint("expr", "is missing", `for example expr: 'len(output) < 500 && metrics.accuracy == 1'`)
	}
	if o.Threshold != nil && *o.Threshold != *o.Threshold {
		return nil, badOption("threshold", "want a number")
	}
	var err error
	o.program, o.uses, err = compileExpr(o.Expr)
	return &o, err
}

// Score runs the program. What it needs and is not known, and whatever goes wrong, leaves the answer
// unscored.
func (o *expression) Score(ctx context.Context, s *Sample) Outcome {
	if why := o.uses.missing(s); why != "" {
		return unscored("%s", why)
	}
	result, err := vm.Run(o.program, exprEnv(s, newMeter(ctx, s)))
	if err != nil {
		return unscored("the expression fails: %s", firstLine(err.Error()))
	}
	switch v := result.(type) {
	case bool:
		return passed(v, "the expression is false")
	case int:
		return graded(float64(v), o.Threshold, "the expression")
	case int64:
		return graded(float64(v), o.Threshold, "the expression")
	case float64:
		return checked(graded(v, o.Threshold, "the expression"))
	}
	return unscored("the expression gives %s, want true, false or a number", kindOf(result))
}

// needs lists the metrics that the expression names, which must come before it.
func (o *expression) needs() []string { return o.uses.metrics }

func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "nothing"
	case string:
		return "text"
	}
	return fmt.Sprintf("a value of type %T", v)
}

// exprUse is what an expression refers to.
type exprUse struct {
	names   []string // of variables
	metrics []string // metrics.NAME
}

// missing says what the expression needs and the sample has not.
func (u exprUse) missing(s *Sample) string {
	for _, name := range u.names {
		if why := unknown(name, s); why != "" {
			return why
		}
	}
	for _, name := range u.metrics {
		out, ok := s.Scores[name]
		switch {
		case !ok:
			return "the metric " + name + " has not been computed"
		case out.Unscored != "":
			return name + ": " + out.Unscored
		}
	}
	return ""
}

func unknown(name string, s *Sample) string {
	noUsage := s.Response == nil || s.Response.Usage == nil
	switch {
	case name == "expected" && len(s.Expected) == 0:
		return "the case has no expected"
	case name == "cost" && s.Cost == nil:
		return "the answer is unpriced"
	case name == "latency_ms" && s.latency() <= 0:
		return "the latency is unknown"
	case name == "ttft_ms" && s.ttft() <= 0:
		return "the time to the first words is unknown"
	case noUsage && slices.Contains([]string{"input_tokens", "output_tokens", "reasoning_tokens", "total_tokens"}, name):
		return "the usage is unknown"
	}
	return ""
}
