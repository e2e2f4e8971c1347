package eval

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

const oneCase = `{"id": "a", "input": "x", "expected": "y"}` + "\n"

func TestSuiteErrors(t *testing.T) {
	tests := []struct{ name, yaml, want, hint string }{
		{"no cases", "name: a\n", "suite.yaml:1:1: the suite names no cases", "add cases: cases.jsonl"},
		{"unknown key", "cases: c.jsonl\nscorer: []\n", `suite.yaml:2:1: unknown key "scorer"`, "did you mean scorers?"},
		{"unknown default", "cases: c.jsonl\ndefaults: {tag: x}\n", `suite.yaml:2:12: unknown key "tag" under defaults`, "did you mean tags?"},
		{"unknown scorer", "cases: c.jsonl\nscorers:\n  - {type: exakt}\n", `suite.yaml:3:12: unknown scorer type "exakt"`, "did you mean exact?"},
		{"unknown option", "cases: c.jsonl\nscorers:\n  - {type: exact, normalise: x}\n", `suite.yaml:3:19: unknown option "normalise" of the scorer`, "did you mean normalize?"},
		{"scorers of one name", "cases: c.jsonl\nscorers:\n  - {type: exact}\n  - {name: exact, type: number}\n", `suite.yaml:4:5: two scorers are named "exact"; the other is in line 3`, "give each a name of its own: name: …"},
		{"text for a number", "cases: c.jsonl\nrepeat: often\n", "suite.yaml:2:9: wants a whole number, not text `often`", ""},
		{"negative repeat", "cases: c.jsonl\nrepeat: -1\n", "suite.yaml:2:9: repeat is -1", "the number of calls per case, from 1"},
		{"negative concurrency", "cases: c.jsonl\nconcurrency: -1\n", "suite.yaml:2:14: concurrency is -1", "the number of calls at once, from 1 to 10000"},
		{"share above one", "cases: c.jsonl\nmax_unscored: 5\n", "suite.yaml:2:15: max_unscored is 5", "a share from 0 to 1; 0.05 unless given"},
		{"gate", "cases: c.jsonl\ngate: strict\n", "suite.yaml:2:7: gate wants a mapping of metrics", ""},
		{"prompt key", "cases: c.jsonl\nprompt: {inlin: x}\n", `suite.yaml:2:10: unknown key "inlin" under prompt`, "known keys under prompt: inline, system"},
		{"prompt list", "cases: c.jsonl\nprompt: [x]\n", "suite.yaml:2:9: prompt wants a reference or {inline: …}", "for example prompt: customer-support@^1.0"},
		{"prompt without text", "cases: c.jsonl\nprompt: {system: x}\n", "suite.yaml:2:9: prompt has no inline text", `for example prompt: {inline: "{{question}}"}`},
		{"cases of another kind", "cases: {a: b}\n", "suite.yaml:1:8: wants text or a list of texts", ""},
		{"malformed", "cases: a: b\n", "suite.yaml:1:9: malformed YAML: mapping values are not allowed in this context", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parseSuite("suite.yaml", []byte(tt.yaml))
			if err == nil || err.Error() != tt.want || diag.HintOf(err) != tt.hint {
				t.Errorf("got  %v (hint %q)\nwant %s (hint %q)", err, diag.HintOf(err), tt.want, tt.hint)
			}
		})
	}
}

func TestFind(t *testing.T) {
	root := t.TempDir()
	writeFile(t, filepath.Join(root, "support", suiteName), "cases: cases.jsonl\n")
	writeFile(t, filepath.Join(root, "maths", suiteName), "name: sums\ncases: cases.jsonl\n")
	writeFile(t, filepath.Join(root, "empty", "x"), "")
	writeFile(t, filepath.Join(root, "odd", suiteName, "x"), "")
	found := []struct{ name, arg, want string }{
		{"name", "support", "support"},
		{"name in the file", "maths", "sums"},
		{"directory", filepath.Join(root, "support"), "support"},
		{"file", filepath.Join(root, "maths", suiteName), "sums"},
	}
	for _, tt := range found {
		t.Run(tt.name, func(t *testing.T) {
			if s, err := Find(root, tt.arg); err != nil || s.Name != tt.want {
				t.Errorf("got %v, %v", s, err)
			}
		})
	}
	missing := []struct{ name, arg, want, hint string }{
		{"misspelt", "suport", `no suite "suport"`, "did you mean support?"},
		{"unlike any", "zzzzzzzzz", `no suite "zzzzzzzzz"`, "suites: maths, odd, support"},
		{"none named", "", "no suite is named", "suites: maths, odd, support"},
		{"directory without a suite", filepath.Join(root, "empty"), "holds no suite.yaml", "name a suite's directory or its suite.yaml"},
		{"directory where the file belongs", filepath.Join(root, "odd"), "is a directory, not a file", ""},
	}
	for _, tt := range missing {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Find(root, tt.arg); err == nil || !strings.Contains(err.Error(), tt.want) || diag.HintOf(err) != tt.hint {
				t.Errorf("got %v (hint %q)", err, diag.HintOf(err))
			}
		})
	}
	if got := List(filepath.Join(root, "none")); len(got) != 0 {
		t.Errorf("a root that is not there has suites: %v", got)
	}
}

func TestModelRef(t *testing.T) {
	s := mustSuite(t, map[string]string{suiteName: "cases: c.jsonl\n", "recordings/gpt.jsonl": "", "other.jsonl": ""})
	own := "replay/" + filepath.ToSlash(filepath.Join(s.Dir, "recordings", "gpt.jsonl"))
	other := filepath.ToSlash(filepath.Join(s.Dir, "other.jsonl"))
	for ref, want := range map[string]string{
		"openai/gpt-4o": "openai/gpt-4o", "": "", "replay/gpt": own, "replay/gpt?pace=1": own + "?pace=1",
		"replay/" + other: "replay/" + other, "replay/other.jsonl": "replay/" + other,
	} {
		if got, err := s.ModelRef(ref); err != nil || got != want {
			t.Errorf("ModelRef(%q) = %q, %v; want %q", ref, got, err, want)
		}
	}
	_, err := s.ModelRef("replay/gtp")
	if err == nil || diag.HintOf(err) != "did you mean gpt?" {
		t.Errorf("got %v (hint %q)", err, diag.HintOf(err))
	}
	if _, err := s.ModelRef("replay/"); err == nil {
		t.Error("replay/ names no recording")
	}
	if diff := cmp.Diff([]string{"gpt"}, s.Recordings()); diff != "" {
		t.Error(diff)
	}
}

func FuzzSuite(f *testing.F) {
	f.Add("name: a\nprompt: {inline: '{{q}}'}\ncases: [a.jsonl, '*.csv']\nscorers:\n  - {type: number, after: 'A:'}\ngate: {number: {margin: 0.02}}\n")
	f.Add("cases: &a [*a]\nscorers: [*a]\n")
	f.Add("cases: x\ndefaults: {vars: {a: &b {c: 1}, d: *b}, tags: t}\n")
	f.Add("cases: x\nparams: {stop: a, options: {<<: {b: 1}}}\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parseSuite("suite.yaml", []byte(text))
		if err == nil && (len(s.Cases) == 0 || len(s.Metrics) != len(s.Scorers)) {
			t.Errorf("%q was taken with %d case files and %d of %d scorers", text, len(s.Cases), len(s.Metrics), len(s.Scorers))
		}
	})
}
