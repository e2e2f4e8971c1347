package eval

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/metric"
	"github.com/llmops-toolkit/llmops/pkg/score"
	"github.com/llmops-toolkit/llmops/pkg/strictyaml"
)

// Suite is an evaluation: what is asked, of which model, and how answers are scored.
type Suite struct {
	Name        string    `yaml:"name"` // the directory's where the file gives none
	Description string    `yaml:"description"`
	Prompt      Prompt    `yaml:"prompt"`
	Prompts     []Prompt  `yaml:"prompts"`   // of a matrix, instead of Prompt
	Model       string    `yaml:"model"`     // "" means the prompt's or the configuration's
	Models      words     `yaml:"models"`    // of a matrix, instead of Model
	Grid        grid      `yaml:"params"`    // one or more of them, of a matrix
	Task        string    `yaml:"task"`      // what the calls are for, for routing rules; "" means the prompt's metadata.task
	Cases       words     `yaml:"cases"`     // files and globs, from the suite's directory
	InputVar    string    `yaml:"input_var"` // the prompt's variable that a case's input fills; "" leaves it to the prompt
	Defaults    Defaults  `yaml:"defaults"`
	Scorers     []scorer  `yaml:"scorers"`
	Repeat      int       `yaml:"repeat"`       // calls per case; 0 means 1
	Reduce      string    `yaml:"reduce"`       // how repeats become one value: mean (""), mode, pass@k, pass^k
	Concurrency int       `yaml:"concurrency"`  // 0 leaves it to the caller
	MaxUnscored *float64  `yaml:"max_unscored"` // the share above which a run is invalid; nil means 0.05
	Gate        yaml.Node `yaml:"gate"`         // the zero Node means none

	Params  Params          `yaml:"-"` // the first of Grid
	Dir     string          `yaml:"-"` // where the suite is
	File    string          `yaml:"-"`
	SHA256  string          `yaml:"-"` // of the file, in hex
	Metrics []*score.Metric `yaml:"-"` // Scorers, named apart

	reduce     metric.Reduction
	tools      *score.Tools // of Bind
	caseJudged bool         // a case that All gave has a judge of its own
}

// Defaults hold for cases that do not say otherwise. Tags are added to those of a case, vars laid under its.
type Defaults struct {
	Vars           map[string]any `yaml:"vars"`
	Tags           words          `yaml:"tags"`
	Context        words          `yaml:"context"`
	ExpectedIntent string         `yaml:"expected_intent"`
	ExpectedTone   string         `yaml:"expected_tone"`
	MustContain    words          `yaml:"must_contain"`
	MustNotContain words          `yaml:"must_not_contain"`
	Weight         *float64       `yaml:"weight"`
	Required       bool           `yaml:"required"`
}

// scorer is a metric as a value, which is what a list of YAML decodes into.
type scorer struct{ *score.Metric }

// UnmarshalYAML builds the metric.
func (s *scorer) UnmarshalYAML(n *yaml.Node) (err error) {
	s.Metric, err = score.Build(n)
	return err
}

// words is a list of texts that may be written as a single one.
type words []string

// UnmarshalYAML takes a scalar or a list.
func (w *words) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*w = words{n.Value}
		return nil
	}
	var list []string
	if err := n.Decode(&list); err != nil {
		return diag.At("", n.Line, n.Column, "wants text or a list of texts")
	}
	*w = list
	return nil
}

// Load reads the suite in a directory, or the file at a path.
func Load(path string) (*Suite, error) {
	file, err := suiteFile(path)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(file) //nolint:gosec // the user names it
	if err != nil {
		return nil, diag.At(file, 0, 0, "cannot be read: %w", errors.Unwrap(err))
	}
	return parseSuite(file, data)
}

func parseSuite(file string, data []byte) (*Suite, error) {
	doc, err := strictyaml.Parse(file, 0, data)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	s := &Suite{File: file, Dir: filepath.Dir(file), SHA256: hex.EncodeToString(sum[:])}
	if err := doc.Decode(s); err != nil {
		return nil, err
	}
	if s.Name == "" {
		abs, err := filepath.Abs(s.Dir)
		if err != nil {
			return nil, err
		}
		s.Name = filepath.Base(abs)
	}
	return s, s.check(doc)
}

func (s *Suite) check(doc *strictyaml.Document) error {
	switch {
	case len(s.Cases) == 0:
		return doc.Errorf(nil, "the suite names no cases").WithHint("add cases: cases.jsonl")
	case s.Repeat < 0:
		return doc.Errorf([]any{"repeat"}, "repeat is %d", s.Repeat).WithHint("the number of calls per case, from 1")
	case s.Concurrency < 0 || s.Concurrency > maxConcurrency:
		return doc.Errorf([]any{"concurrency"}, "concurrency is %d", s.Concurrency).WithHint("the number of calls at once, from 1 to %d", maxConcurrency)
	case s.MaxUnscored != nil && !(*s.MaxUnscored >= 0 && *s.MaxUnscored <= 1):
		return doc.Errorf([]any{"max_unscored"}, "max_unscored is %v", *s.MaxUnscored).WithHint("a share from 0 to 1; 0.05 unless given")
	case s.Gate.Kind != 0 && s.Gate.Kind != yaml.MappingNode:
		return doc.Errorf([]any{"gate"}, "gate wants a mapping of metrics")
	case s.Defaults.Weight != nil && (!(*s.Defaults.Weight >= 0) || math.IsInf(*s.Defaults.Weight, 0)):
		return doc.Errorf([]any{"defaults", "weight"}, "weight is %v", *s.Defaults.Weight).WithHint("a weight is 0 or more")
	case slices.Contains(slices.Concat(s.Defaults.MustContain, s.Defaults.MustNotContain), ""):
		return doc.Errorf([]any{"defaults"}, "must_contain or must_not_contain hold an empty text, which is in every answer")
	}
	if err := s.setFirst(doc); err != nil {
		return err
	}
	var err error
	if s.reduce, err = metric.ParseReduction(s.Reduce); err != nil {
		return doc.Errorf([]any{"reduce"}, "reduce: %w", err)
	}
	seen := map[string]int{}
	for i, m := range s.Scorers {
		if line, twice := seen[m.Name]; twice {
			return doc.Errorf([]any{"scorers", i}, "two scorers are named %q; the other is in line %d", m.Name, line).
				WithHint("give each a name of its own: name: …")
		}
		seen[m.Name] = m.Line
		s.Metrics = append(s.Metrics, m.Metric)
	}
	return nil
}

// setFirst makes the first cell of a matrix what the suite is where only one run is made of it.
func (s *Suite) setFirst(doc *strictyaml.Document) error {
	switch {
	case len(s.Prompts) > 0 && s.Prompt != Prompt{}:
		return doc.Errorf([]any{"prompts"}, "the suite has both prompt and prompts")
	case len(s.Models) > 0 && s.Model != "":
		return doc.Errorf([]any{"models"}, "the suite has both model and models")
	}
	if len(s.Prompts) > 0 {
		s.Prompt = s.Prompts[0]
	}
	if len(s.Models) > 0 {
		s.Model = s.Models[0]
	}
	if len(s.Grid) > 0 {
		s.Params = s.Grid[0]
	}
	return nil
}

func (s *Suite) repeats() int { return max(1, s.Repeat) }

func (s *Suite) maxUnscored() float64 {
	if s.MaxUnscored == nil {
		return 0.05
	}
	return *s.MaxUnscored
}
