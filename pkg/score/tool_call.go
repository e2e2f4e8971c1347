package score

import (
	"context"
	"fmt"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/metric"
)

// toolCall passes an answer whose tool calls are the expected ones: the option's, or without it the case's
// expected, which is {name, arguments}, or {tool_calls: [...]} for several. The value is the share of calls
// that match.
type toolCall struct {
	Calls     jsonOption `yaml:"calls" json:"calls"`
	Arguments string     `yaml:"arguments" json:"arguments"` // exact, subset (further arguments may be there), ignore
	Order     string     `yaml:"order" json:"order"`         // any, same
	Extra     bool       `yaml:"extra" json:"extra"`         // further calls may be there

	own []wantedCall
}

// wantedCall is a call that is expected. Nil arguments are not compared.
type wantedCall struct {
	name      string
	arguments map[string]any
}

func newToolCall(o toolCall) (Scorer, error) {
	if o.Arguments != "exact" && o.Arguments != "subset" && o.Arguments != "ignore" {
		return nil, badOption("arguments", "want exact, subset or ignore")
	}
	if o.Order != "any" && o.Order != "same" {
		return nil, badOption("order", "want any or same")
	}
	if o.Calls.given() {
		var err error
		if o.own, err = wantedCalls(o.Calls.value); err != nil {
			return nil, badOptionHint("calls", err.Error(), "for example [{name: get_weather, arguments: {city: Izmir}}]; [] means that no tool is called")
		}
	}
	return &o, nil
}

// Score compares the calls. Of several expected answers the best counts.
func (o *toolCall) Score(_ context.Context, s *Sample) Outcome {
	alternatives, why := o.expected(s)
	if why != "" {
		return unscored("%s", why)
	}
	if s.Response == nil {
		return unscored("the tool calls of the answer are unknown")
	}
	got := s.Response.ToolCalls()
	best := Outcome{Value: -1}
	for _, want := range alternatives {
		if out := o.compare(got, want); out.Value > best.Value || out.Pass {
			best = out
		}
		if best.Pass {
			break
		}
	}
	return best
}

// expected gives the lists of calls of which one must be made.
func (o *toolCall) expected(s *Sample) (alternatives [][]wantedCall, why string) {
	if o.Calls.given() {
		return [][]wantedCall{o.own}, ""
	}
	if len(s.Expected) == 0 {
		return nil, "the case has no expected"
	}
	for _, text := range s.Expected {
		value, err := metric.ReadJSON(text)
		if err != nil {
			return nil, "the case's expected is no tool call: " + err.Error()
		}
		calls, err := wantedCalls(value)
		if err != nil {
			return nil, "the case's expected: " + err.Error()
		}
		alternatives = append(alternatives, calls)
	}
	return alternatives, ""
}

func (o *toolCall) compare(got []llm.ToolCall, want []wantedCall) Outcome {
	fits := make([][]bool, len(want))
	problem := ""
	for i, w := range want {
		fits[i] = make([]bool, len(got))
		for j, g := range got {
			why := o.differs(g, w)
			fits[i][j] = why == ""
			if why != "" && problem == "" && g.Name == w.name {
				problem = why
			}
		}
	}
	matched := pairUp(fits, o.Order == "same")
	all := max(len(want), 1)
	if !o.Extra {
		all = max(all, len(got))
	}
	if matched == len(want) && (o.Extra || len(got) == len(want)) {
		return Outcome{Value: 1, Pass: true}
	}
	why := fmt.Sprintf("want calls of %s, got %s", names(want), gotNames(got))
	if problem != "" {
		why += ": " + problem
	}
	return Outcome{Value: float64(matched) / float64(all), Why: why}
}

// differs says why a call is not the wanted one, or "".
func (o *toolCall) differs(got llm.ToolCall, want wantedCall) string {
	if got.Name != want.name {
		return "another tool"
	}
	if o.Arguments == "ignore" || want.arguments == nil {
		return ""
	}
	text := got.Arguments
	if strings.TrimSpace(text) == "" {
		text = "{}"
	}
	value, err := metric.ReadJSON(text)
	arguments, ok := value.(map[string]any)
	if err != nil || !ok {
		return "the arguments of " + got.Name + " are no JSON object"
	}
	for name, v := range want.arguments {
		if have, there := arguments[name]; !there {
			return fmt.Sprintf("%s lacks the argument %s", got.Name, name)
		} else if !metric.EqualJSON(v, have) {
			return fmt.Sprintf("%s: %s is %s, want %s", got.Name, name, quote(jsonText(have)), quote(jsonText(v)))
		}
	}
	if o.Arguments == "exact" && len(arguments) > len(want.arguments) {
		return got.Name + " has more arguments than expected"
	}
	return ""
}

func names(calls []wantedCall) string {
	list := make([]string, len(calls))
	for i, c := range calls {
		list[i] = c.name
	}
	return listed(list)
}

func gotNames(calls []llm.ToolCall) string {
	list := make([]string, len(calls))
	for i, c := range calls {
		list[i] = c.Name
	}
	return listed(list)
}

func listed(list []string) string {
	if len(list) == 0 {
		return "no tool"
	}
	return quote(strings.Join(list, ", "))
}
