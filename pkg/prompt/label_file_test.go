package prompt_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

func TestLabelMistakes(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"unknown key":     {"label: {}\n", "labels.yaml:1:1: unknown key \"label\""},
		"bad version":     {"labels:\n  p:\n    production: soon\n", "labels.yaml:3:17: labels.p.production: \"soon\" is not a version"},
		"bad label":       {"labels: {p: {latest: 1.0.0}}\n", "labels.yaml:1:14: \"latest\" is not a label"},
		"label a version": {"labels: {p: {v1: 1.0.0}}\n", "\"v1\" is not a label"},
		"bad prompt":      {"labels: {P: {}}\n", "labels.yaml:1:10: \"P\" is not a prompt name"},
		"no weights":      {"experiments: {e: {prompt: p, variants: [{version: 1.0.0, weight: 0}]}}\n", "the weights of the variants are all 0"},
		"negative weight": {"experiments: {e: {prompt: p, variants: [{version: 1.0.0, weight: -1}]}}\n", "weight must be a number from 0"},
		"no variants":     {"experiments: {e: {prompt: p}}\n", "experiment e has no variants"},
		"two on one":      {"experiments:\n  e: {prompt: p, variants: [{version: 1.0.0, weight: 1}]}\n  f: {prompt: p, variants: [{version: 1.0.0, weight: 1}]}\n", "labels.yaml:3:3: experiment f splits p, which e does already"},
		"bad time":        {"history: [{at: noon}]\n", "labels.yaml:1:11: history: at must be a time"},
		"syntax":          {"labels: {\n", "labels.yaml:"},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := versions("1.0.0")
			fsys["labels.yaml"] = &fstest.MapFile{Data: []byte(c.text)}
			_, err := prompt.Open(fsys).Resolve("p@production")
			var e *diag.Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

// However labels.yaml is laid out, a label is found, and a mistake is placed where it stands.
func TestLabelLayouts(t *testing.T) {
	for name, c := range map[string]struct{ text, place string }{
		"as written":        {"labels:\n  a:\n    x: 1.0.0\n  p:\n    production: 1.0.0\n    gone: 9.0.0\n  q: {x: 1.0.0}\nhistory: []\n", "6:5"},
		"flow":              {"labels: {p: {production: 1.0.0, gone: 9.0.0}}\n", "1:33"},
		"flow inside":       {"protected: [x]\nlabels:\n  a: {x: 1.0.0}\n  p: {production: 1.0.0, gone: 9.0.0}\n", "4:26"},
		"comments":          {"# one\n\nlabels:\n  # two\n  p: # three\n\n    production: 1.0.0\n    # four\n    gone: 9.0.0\n", "9:5"},
		"wide indent":       {"labels:\n    p:\n        production: 1.0.0\n        gone: 9.0.0\n", "4:9"},
		"quoted":            {"labels:\n  \"p\":\n    production: 1.0.0\n    gone: 9.0.0\n", "4:5"},
		"CRLF":              {"labels:\r\n  p:\r\n    production: 1.0.0\r\n    gone: 9.0.0\r\n", "4:5"},
		"a name that is in": {"labels:\n  pp: {production: 9.0.0}\n  p: {production: 1.0.0, gone: 9.0.0}\n", "3:26"},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := versions("1.0.0", "1.1.0")
			fsys["labels.yaml"] = &fstest.MapFile{Data: []byte(c.text)}
			reg := prompt.Open(fsys)
			if v, err := reg.Resolve("p@production"); err != nil || v.Version != "1.0.0" {
				t.Errorf("production: %v, %v", v, err)
			}
			if _, err := reg.Resolve("p@gone"); err == nil || !strings.HasPrefix(err.Error(), "labels.yaml:"+c.place+": label gone") {
				t.Errorf("gone: %v, want it at %s", err, c.place)
			}
		})
	}
}
