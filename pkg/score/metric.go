package score

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/metric"
)

// Metric is a named scorer of a suite. Results of two runs are compared where Hash is the same.
type Metric struct {
	Name string // unique in the suite; the type's name where the suite gives none
	Type string // "number"
	Hash string // of the type and all its options, defaults filled in: equal hashes score alike
	Line int    // where it stands in its file, 0 when it does not come from one

	// Field is the field of the case that the option field names, such as expected_intent; "" leaves it to the type.
	Field string

	// Reduce makes one value of a case out of its repeats; nil leaves it to the suite.
	Reduce *metric.Reduction

	options string // Hash before Bind
	scorer  Scorer
	negate  bool
}

// common are the options that every scorer has.
type common struct {
	Name   string `yaml:"name" json:"-"`
	Type   string `yaml:"type" json:"-"`
	Negate bool   `yaml:"negate" json:"negate,omitempty"` // pass where it would fail, and value 1−value
	Reduce string `yaml:"reduce" json:"-"`                // how repeats become one value; Hash is of single answers
}

// Build makes a Metric of a mapping {name, type, …options}. Errors are *diag.Error with line and column
// and without a file, which the caller knows.
func Build(node *yaml.Node) (*Metric, error) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node.Kind != yaml.MappingNode {
		return nil, at(node, "a scorer is a mapping with a type").WithHint("for example {name: accuracy, type: exact}")
	}
	name := valueOf(node, "type")
	if name == nil {
		return nil, at(node, "the scorer has no type").WithHint("types: %s", typeList())
	}
	for _, k := range kinds() {
		if k.name == name.Value {
			return k.build(node)
		}
	}
	err := at(name, "unknown scorer type %q", name.Value)
	if near := diag.DidYouMean(name.Value, Types()); near != "" {
		return nil, err.WithHint("%s", near)
	}
	return nil, err.WithHint("types: %s", typeList())
}

func (k kind) build(node *yaml.Node) (*Metric, error) {
	var c common
	options := k.options()
	if err := decode(node, &c, options); err != nil {
		return nil, err
	}
	scorer, err := k.make(options)
	if err != nil {
		if e, ok := errors.AsType[*optionError](err); ok {
			return nil, at(cmp.Or(valueOf(node, e.key), node), "%s: %w", e.key, e.err).WithHint("%s", e.hint)
		}
		return nil, at(node, "%w", err)
	}
	m := &Metric{Name: c.Name, Type: k.name, Line: node.Line, scorer: scorer, negate: c.Negate}
	if m.Name == "" {
		m.Name = k.name
	}
	if field := valueOf(node, "field"); field != nil {
		m.Field = field.Value
	}
	if c.Reduce != "" {
		r, err := metric.ParseReduction(c.Reduce)
		if err != nil {
			return nil, at(valueOf(node, "reduce"), "reduce: %v", err)
		}
		m.Reduce = &r
	}
	m.options = hash(k.name, c, options)
	m.Hash = m.options
	return m, nil
}

// UnmarshalYAML builds the metric in place.
func (m *Metric) UnmarshalYAML(node *yaml.Node) error {
	built, err := Build(node)
	if err != nil {
		return err
	}
	*m = *built
	return nil
}

// Score scores the sample. Negation turns a fail into a pass, and leaves what is unscored unscored and
// what could not be read a fail.
func (m *Metric) Score(ctx context.Context, s *Sample) Outcome {
	o := checked(m.scorer.Score(ctx, s))
	if !m.negate || !o.Scored() {
		return o
	}
	if o.malformed {
		o.Value, o.Pass = 0, false // also where the readable part of a composition was enough for a pass
		if o.Why == "" {
			o.Why = "a part of the answer cannot be read"
		}
		return o
	}
	o.Pass = !o.Pass
	if !o.measured {
		o.Value = 1 - o.Value
	}
	if !o.Pass && o.Why == "" {
		o.Why = "negated: the answer passes " + m.Type
	}
	return o
}

func hash(parts ...any) string {
	b, err := json.Marshal(parts)
	if err != nil {
		panic("score: options that are no JSON: " + err.Error()) // ours, and plain structs
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// Applies tells whether the metric has anything to do with the sample's case: it is false where Score
// would skip it.
func (m *Metric) Applies(s *Sample) bool {
	a, ok := m.scorer.(interface{ applies(*Sample) bool })
	return !ok || a.applies(s)
}

// FromCases makes the metrics that a case gets when it has must_contain or must_not_contain and no
// scorer of the suite looks at them.
func FromCases() ([]*Metric, error) {
	var list []*Metric
	for _, name := range []string{"contains", "not_contains"} {
		m, err := Build(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{
			{Kind: yaml.ScalarNode, Value: "type"}, {Kind: yaml.ScalarNode, Value: name},
		}})
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}

// Signature names the settings that the value depends on, where a published measure has such a form
// (sacrebleu's), or is "". Show it with the number.
func (m *Metric) Signature() string {
	if s, ok := m.scorer.(interface{ signature() string }); ok {
		return s.signature()
	}
	return ""
}

// Unit is the unit of a metric that measures: "ms", "USD" or "tokens". Of such a metric the smaller value is
// the better one. "" means a score, of which the greater is the better.
func (m *Metric) Unit() string {
	if u, ok := m.scorer.(interface{ unit() string }); ok {
		return u.unit()
	}
	return ""
}

// UnitOf is Unit of a metric's type, for those that a stored run names.
func UnitOf(typeName string) string {
	for _, k := range kinds() {
		if k.name != typeName {
			continue
		}
		scorer, err := k.make(k.options())
		if err != nil { // one that has no defaults measures nothing
			return ""
		}
		return (&Metric{scorer: scorer}).Unit()
	}
	return ""
}

func (m *Metric) measures() bool { return m.Unit() != "" }
