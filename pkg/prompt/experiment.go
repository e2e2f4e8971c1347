package prompt

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// Buckets is how many buckets units of an experiment fall into.
const Buckets = 10_000

// Experiment splits the units that use a prompt (users, conversations) over versions of it. Weights are
// relative to their sum. A unit's bucket depends on the salt, the experiment's name and the unit alone,
// so that widening a variant at the cost of the last one moves no unit that had it already.
type Experiment struct {
	Name     string
	Prompt   string
	Salt     string
	Variants []Variant
}

// Variant is a version with its share.
type Variant struct {
	Version string
	Weight  float64
}

// Bucket gives the bucket of a unit, 0 to 9,999: the first 8 bytes, big-endian, of
// sha256(salt:experiment:unit), modulo 10,000.
func (e *Experiment) Bucket(unit string) int {
	sum := sha256.Sum256([]byte(e.Salt + ":" + e.Name + ":" + unit))
	return int(binary.BigEndian.Uint64(sum[:8]) % Buckets)
}

// Assign gives the version for a unit: the first variant whose cumulative weight is above the bucket.
func (e *Experiment) Assign(unit string) string {
	bucket := e.Bucket(unit)
	for i, end := range e.bounds() {
		if bucket < end {
			return e.Variants[i].Version
		}
	}
	return ""
}

// bounds gives for each variant the bucket at which its share ends; the last is always 10,000. What
// rounds to no bucket of its own gets none.
func (e *Experiment) bounds() []int {
	total := 0.0
	for _, v := range e.Variants {
		total += v.Weight
	}
	out := make([]int, len(e.Variants))
	cumulative := 0.0
	for i, v := range e.Variants {
		cumulative += v.Weight
		out[i] = int(math.Round(cumulative / total * Buckets))
	}
	return out
}

// Share is what a simulation gave one variant.
type Share struct {
	Version string
	Want    float64 // the weight over the sum of the weights
	Units   int
	Got     float64 // units over all units
}

// Simulate assigns n made-up units ("unit-1", "unit-2", …) and counts them.
func (e *Experiment) Simulate(n int) []Share {
	out := make([]Share, len(e.Variants))
	bounds := e.bounds()
	counts := make([]int, len(e.Variants))
	for i := range n {
		bucket := e.Bucket(fmt.Sprintf("unit-%d", i+1))
		for k, end := range bounds {
			if bucket < end {
				counts[k]++
				break
			}
		}
	}
	last := 0
	for i, v := range e.Variants {
		out[i] = Share{Version: v.Version, Want: float64(bounds[i]-last) / Buckets, Units: counts[i]}
		if n > 0 {
			out[i].Got = float64(counts[i]) / float64(n)
		}
		last = bounds[i]
	}
	return out
}

// Experiment finds an experiment by its name.
func (l *Labels) Experiment(name string) (*Experiment, error) {
	e, ok := l.Experiments[name]
	if !ok {
		names := slices.Sorted(maps.Keys(l.Experiments))
		return nil, diag.At(l.path, 0, 0, "no experiment %.60q", name).WithHint("%s", diag.DidYouMean(name, names))
	}
	return &e, nil
}

// ExperimentOn finds the experiment that splits a prompt, or nil. The file has at most one a prompt.
func (l *Labels) ExperimentOn(prompt string) *Experiment {
	for _, e := range l.Experiments {
		if e.Prompt == prompt {
			return &e
		}
	}
	return nil
}

func (d *decoder) experiments(l *Labels, n *yaml.Node) {
	on := map[string]string{}
	d.each(n, "experiments", func(key, value *yaml.Node) {
		e := Experiment{Name: key.Value}
		path := "experiments." + key.Value
		d.mapping(value, path,
			field{"prompt", d.text(&e.Prompt, "prompt")},
			field{"salt", d.text(&e.Salt, "salt")},
			field{"variants", func(n *yaml.Node) { e.Variants = d.variants(n) }},
		)
		switch {
		case !validName(e.Name):
			d.fail(key, "%.60q is not a name for an experiment", e.Name).WithHint("names are lower-case words with dashes")
		case !validName(e.Prompt):
			d.fail(value, "experiment %s names no prompt", e.Name).WithHint("add prompt: customer-support")
		case len(e.Variants) == 0:
			d.fail(value, "experiment %s has no variants", e.Name).WithHint("add variants: [{version: 1.0.0, weight: 90}, {version: 1.1.0, weight: 10}]")
		case on[e.Prompt] != "":
			d.fail(key, "experiment %s splits %s, which %s does already", e.Name, e.Prompt, on[e.Prompt])
		}
		on[e.Prompt] = e.Name
		l.Experiments[e.Name] = e
	})
}

func (d *decoder) variants(n *yaml.Node) []Variant {
	var out []Variant
	if n.Kind != yaml.SequenceNode {
		d.fail(n, "variants must be a list")
		return nil
	}
	total := 0.0
	for _, item := range n.Content {
		var v Variant
		var weight *float64
		d.mapping(item, "variants",
			field{"version", func(n *yaml.Node) { v.Version = d.version(n, "version") }},
			field{"weight", d.float(&weight, "weight", 0, 1e9)},
		)
		if v.Version == "" || weight == nil {
			d.fail(item, "a variant has a version and a weight")
			return nil
		}
		v.Weight = *weight
		total += v.Weight
		out = append(out, v)
	}
	if total == 0 && len(out) > 0 {
		d.fail(n, "the weights of the variants are all 0")
		return nil
	}
	return out
}
