package gate

import (
	"math"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Parse reads the suite's gate section:
//
//	gate:
//	  accuracy: {min_effect: 0.01, margin: 0.02}
//	  helpful: {min: 0.8, min_kappa: 0.6, min_labels: 30}   # a judge that people agree with
//	  verbosity: {better: lower}   # or higher
//	  tone: report                 # compared, and fails nothing
//	  broken: net                  # or strict, report
//	  slices: [billing, refunds]   # tags that are gated too
//	  budgets: {cost_per_call: 0.01, p95: 4s, prompt_tokens: 4000}
//	  growth: {cost: fail, tokens: warn, latency: off, above: 0.05, prompt: 2}
//	  max_reruns: 200
//
// Metrics that have the name of one of these keys go under metrics. A suite without the section gets the
// defaults. Mistakes are *diag.Error with their place.
func Parse(s *eval.Suite) (*Config, error) {
	p := parser{file: s.File, judged: map[string]bool{}, cfg: &Config{Metrics: map[string]Limit{}}}
	for _, m := range s.Metrics {
		p.metrics = append(p.metrics, m.Name)
		p.judged[m.Name] = m.Judged()
	}
	// Cases that name words bring these along, and no file of the suite says so.
	p.fromCases = []string{"contains", "not_contains"}
	if s.Gate.Kind == 0 {
		return p.cfg, nil
	}
	err := p.section(&s.Gate)
	return p.cfg, err
}

type parser struct {
	file               string
	metrics, fromCases []string
	judged             map[string]bool
	cfg                *Config
}

func (p *parser) section(n *yaml.Node) error {
	own := map[string]func(*yaml.Node) error{
		"broken": choice(p, &p.cfg.Broken, []string{"net", "strict", "report"}),
		"slices": p.slices, "budgets": p.budgets, "growth": p.growth, "metrics": p.metricMap,
		"max_reruns": func(v *yaml.Node) error { return p.count(v, &p.cfg.MaxReruns) },
	}
	return p.each(n, func(key, value *yaml.Node) error {
		if read, ok := own[key.Value]; ok {
			return read(value)
		}
		if !p.knows(key.Value) {
			names := append(sortedKeys(own), p.metrics...)
			return p.unknown(key, "gate has no key and the suite no metric", names)
		}
		return p.metric(key, value)
	})
}

func (p *parser) knows(metric string) bool {
	for _, m := range append(p.metrics, p.fromCases...) {
		if m == metric {
			return true
		}
	}
	return false
}

func (p *parser) metricMap(n *yaml.Node) error {
	return p.each(n, func(key, value *yaml.Node) error {
		if !p.knows(key.Value) {
			return p.unknown(key, "the suite has no metric", p.metrics)
		}
		return p.metric(key, value)
	})
}

func (p *parser) metric(key, n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode && n.Value == "report" {
		p.cfg.ReportOnly = append(p.cfg.ReportOnly, key.Value)
		return nil
	}
	var l Limit
	if n.Tag != "!!null" {
		if n.Kind != yaml.MappingNode {
			return p.at(n, "%s wants a mapping of min_effect, margin, min, min_kappa, min_labels and better, or the word report", key.Value)
		}
		err := p.keys(n, map[string]func(*yaml.Node) error{
			"min_effect": func(v *yaml.Node) (err error) { l.MinEffect, err = p.number(v, math.MaxFloat64); return err },
			"margin": func(v *yaml.Node) error {
				margin, err := p.number(v, math.MaxFloat64)
				l.Margin = &margin
				return err
			},
			"min": func(v *yaml.Node) error {
				least, err := p.number(v, math.MaxFloat64)
				l.Min = &least
				return err
			},
			"min_kappa": func(v *yaml.Node) (err error) {
				l.MinKappa, err = p.number(v, 1)
				return p.ofJudge(key, v, err)
			},
			"min_labels": func(v *yaml.Node) error { return p.ofJudge(key, v, p.count(v, &l.MinLabels)) },
			"better":     choice(p, &l.Better, []string{"", "higher", "lower"}),
		})
		if err != nil {
			return err
		}
	}
	p.cfg.Metrics[key.Value] = l
	return nil
}

// ofJudge refuses what only judges can be asked for, unless it is wrong anyway.
func (p *parser) ofJudge(metric, n *yaml.Node, err error) error {
	if err != nil || p.judged[metric.Value] {
		return err
	}
	return p.at(n, "%s is computed, and no judge that could agree with people", metric.Value).
		WithHint("leave out min_kappa and min_labels")
}

func (p *parser) slices(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" {
		p.cfg.Slices = []string{n.Value}
		return nil
	}
	if err := n.Decode(&p.cfg.Slices); err != nil || n.Kind != yaml.SequenceNode {
		return p.at(n, "slices wants a tag or a list of tags")
	}
	return nil
}

func (p *parser) budgets(n *yaml.Node) error {
	b := &p.cfg.Budgets
	return p.keys(n, map[string]func(*yaml.Node) error{
		"cost_per_call": func(v *yaml.Node) error {
			m, err := llm.ParseMoney(v.Value)
			if err != nil || m <= 0 {
				return p.at(v, "cost_per_call wants dollars above 0, such as 0.01")
			}
			b.CostPerCall = m
			return nil
		},
		"p95": func(v *yaml.Node) error {
			d, err := time.ParseDuration(v.Value)
			if err != nil || d <= 0 {
				return p.at(v, "p95 wants a duration above 0, such as 4s or 800ms")
			}
			b.P95 = d
			return nil
		},
		"prompt_tokens": func(v *yaml.Node) error {
			count, err := strconv.ParseInt(v.Value, 10, 64)
			if err != nil || count <= 0 {
				return p.at(v, "prompt_tokens wants a whole number above 0")
			}
			b.PromptTokens = count
			return nil
		},
	})
}

func (p *parser) growth(n *yaml.Node) error {
	g, words := &p.cfg.Growth, []string{"warn", "fail", "off"}
	return p.keys(n, map[string]func(*yaml.Node) error{
		"cost": choice(p, &g.Cost, words), "tokens": choice(p, &g.Tokens, words), "latency": choice(p, &g.Latency, words),
		"above": func(v *yaml.Node) error {
			above, err := p.number(v, math.MaxFloat64)
			g.Above = &above
			return err
		},
		"prompt": func(v *yaml.Node) error {
			factor, err := p.number(v, math.MaxFloat64)
			g.Prompt = &factor
			return err
		},
	})
}

// choice reads a word as its place in the list of words; "" stands for what is said by no word.
func choice[T ~int](p *parser, into *T, words []string) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		for i, w := range words {
			if n.Kind == yaml.ScalarNode && n.Value == w && w != "" {
				*into = T(i)
				return nil
			}
		}
		return p.at(n, "wants one of %s, not %q", strings.TrimPrefix(strings.Join(words, ", "), ", "), n.Value)
	}
}

func (p *parser) number(n *yaml.Node, high float64) (float64, error) {
	var f float64
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" && n.Tag != "!!float" || n.Decode(&f) != nil || !(f >= 0 && f <= high) {
		return 0, p.at(n, "wants a number from 0 on, not %q", n.Value)
	}
	return f, nil
}

func (p *parser) count(n *yaml.Node, into *int) error {
	f, err := p.number(n, math.MaxInt32)
	if err == nil && f != math.Trunc(f) {
		err = p.at(n, "wants a whole number, not %s", n.Value)
	}
	*into = int(f)
	return err
}

func (p *parser) keys(n *yaml.Node, read map[string]func(*yaml.Node) error) error {
	return p.each(n, func(key, value *yaml.Node) error {
		f, ok := read[key.Value]
		if !ok {
			return p.unknown(key, "unknown key", sortedKeys(read))
		}
		return f(value)
	})
}

// each visits a mapping's entries, with aliases followed, and refuses a key that comes twice.
func (p *parser) each(n *yaml.Node, visit func(key, value *yaml.Node) error) error {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.MappingNode {
		return p.at(n, "wants a mapping")
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if line, twice := seen[key.Value]; twice {
			return p.at(key, "%s is already given in line %d", key.Value, line)
		}
		seen[key.Value] = key.Line
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		if err := visit(key, value); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) unknown(key *yaml.Node, what string, names []string) error {
	hint := diag.DidYouMean(key.Value, names)
	if hint == "" {
		hint = "known are " + strings.Join(names, ", ")
	}
	return p.at(key, "%s %q", what, key.Value).WithHint("%s", hint)
}

func (p *parser) at(n *yaml.Node, format string, args ...any) *diag.Error {
	return diag.At(p.file, n.Line, n.Column, format, args...)
}
