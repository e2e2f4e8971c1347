package pricing

import (
	"errors"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func TestOverrides(t *testing.T) {
	o, err := ReadOverrides("llmops.yaml", []byte(`
my/model: {input: 0.15, output: 0.6, cache_read: 0.015}
Local/*: &free {input: 0, output: 0}
other/*: *free
bare: {input: 1}
gemini/gratis: {input: 1, output: 1, context: 77}
openai/m:
  - {from: 2026-10-01, input: 2, output: 8, batch: {input: 1, output: 4}, tiers: [{above: 300, input: 5}, {above: 200, input: 4, output: 12}]}
  - {input: 2.5, output: 10, reasoning: "1e1", cache_write: 3, cache_write_1h: 4}
`))
	if err != nil {
		t.Fatal(err)
	}
	base := sampleCatalog(t)
	c := base.With(o)
	before, after := Options{At: on("2026-09-30")}, Options{At: on("2026-10-01")}
	for _, tt := range []struct {
		name  string
		ref   string
		usage llm.Usage
		opts  Options
		want  string
	}{
		{"new model", "my/model", llm.Usage{UncachedInput: 1000, CacheRead: 1000, Output: 1000}, after, "$0.000765"},
		{"a whole provider", "local/anything:7b", llm.Usage{UncachedInput: 1000}, after, "$0.00"},
		{"an alias", "other/x", llm.Usage{Output: 1000}, after, "$0.00"},
		{"no output price", "bare", llm.Usage{Output: 1}, after, "unpriced"},
		{"under another name of the provider", "google/gratis", llm.Usage{Output: 1000}, after, "$0.001"},
		{"before its date", "openai/m", llm.Usage{UncachedInput: 1000, CacheWrite: 1000, CacheWrite1h: 1000}, before, "$0.0095"},
		{"reasoning", "openai/m", llm.Usage{Output: 1000, Reasoning: 1000}, before, "$0.01"},
		{"after it", "openai/m", llm.Usage{UncachedInput: 100}, after, "$0.0002"},
		{"without the provider", "m", llm.Usage{UncachedInput: 100}, after, "$0.0002"},
		{"tier", "openai/m", llm.Usage{UncachedInput: 250, Output: 10}, after, "$0.00112"},
		{"upper tier keeps the lower one's output", "openai/m", llm.Usage{UncachedInput: 1000, Output: 1000}, after, "$0.017"},
		{"batch", "openai/m", llm.Usage{UncachedInput: 100}, Options{Batch: true, At: after.At}, "$0.0001"},
		{"no batch written, none inherited", "openai/m", llm.Usage{UncachedInput: 100}, Options{Batch: true, At: before.At}, "unpriced"},
		{"a snapshot is another name", "openai/m-2026-01-02", llm.Usage{UncachedInput: 1000}, after, "$0.002"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := text(c.Cost(tt.ref, &tt.usage, tt.opts)); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
	m := mustFind(t, c, "openai/m")
	if !m.Override || m.Context != 1000 || m.MaxOutput != 200 || !m.Can.Has(Vision) {
		t.Errorf("limits are not inherited: %+v", m)
	}
	if m := mustFind(t, c, "google/gratis"); m.Context != 77 {
		t.Errorf("context = %d, want the override's 77", m.Context)
	}
	if got := text(base.Cost("my/model", &llm.Usage{}, after)); got != "unpriced" {
		t.Errorf("With changed its receiver: %s", got)
	}
}

func TestOverrideMistakes(t *testing.T) {
	for name, tt := range map[string]struct{ yaml, where, msg, hint string }{
		"negative":     {"a/b: {input: -1, output: 2}", "f:1:14", "never negative", "per million"},
		"not a number": {"a/b: {input: cheap}", "f:1:14", "no price", "per million"},
		"NaN":          {"a/b: {input: .nan}", "f:1:14", "no price", ""},
		"infinite":     {"a/b: {input: .inf}", "f:1:14", "no price", ""},
		"empty":        {"a/b: {input: }", "f:1:", "no price", ""},
		"a list":       {"a/b: {input: [1]}", "f:1:14", "no price", ""},
		"per token":    {"a/b: {input: 0.0000025}", "f:1:14", "per token", "per million"},
		"too much":     {"a/b: {input: 2500000}", "f:1:14", "too much", ""},
		"too fine":     {"a/b: {input: 0.15000000001}", "f:1:14", "no price", ""},
		"unknown key":  {"a/b:\n  input: 1\n  ouput: 2", "f:3:3", `unknown key "ouput"`, "did you mean output"},
		"odd key":      {"a/b: {input: 1, xyzzyxyzzy: 2}", "f:1:17", "unknown key", "the keys are"},
		"twice":        {"a/b: {input: 1, input: 2}", "f", "", ""},
		"model twice":  {"gemini/b: {input: 1}\ngoogle/b: {input: 1}", "f:2:1", "there twice", ""},
		"no input":     {"a/b: {output: 1}", "f:1:6", "without input", "0 where it is free"},
		"scalar":       {"a/b: 3", "f:1:6", "must be a mapping", "for example"},
		"top scalar":   {"3", "f:1:1", "must be a mapping", "for example"},
		"empty list":   {"a/b: []", "f:1:6", "nothing in it", ""},
		"no ref":       {"a/: {input: 1}", "f:1:1", "no model reference", "provider/model"},
		"date":         {"a/b: {input: 1, from: soon}", "f:1:23", "no date", "2026-10-01"},
		"context":      {"a/b: {input: 1, context: -5}", "f:1:26", "number of tokens", "digits"},
		"tier":         {"a/b: {input: 1, tiers: [{input: 2}]}", "f:1:25", "without above", ""},
		"tiers":        {"a/b: {input: 1, tiers: {above: 2}}", "f:1:24", "must be a list", ""},
		"batch":        {"a/b: {input: 1, batch: {output: 2}}", "f:1:24", "without input", ""},
		"nested batch": {"a/b: {input: 1, batch: {input: 2, flex: {}}}", "f:1:35", "unknown key", ""},
		"syntax":       {"a/b: {input: 1", "f", "", ""},
		"huge":         {strings.Repeat("#", 1<<20+1), "f", "more than 1 MiB", ""},
		"bomb":         {"a/b: {input: 1, tiers: [" + strings.Repeat("{above: 1, input: 1},", most+1) + "]}", "f:1:24", "more than 50 tiers", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadOverrides("f", []byte(tt.yaml))
			var d *diag.Error
			if !errors.As(err, &d) {
				t.Fatalf("got %v, want a *diag.Error", err)
			}
			if !strings.HasPrefix(d.Error(), tt.where) || !strings.Contains(d.Error(), tt.msg) || !strings.Contains(d.Hint(), tt.hint) {
				t.Errorf("got %q (hint %q), want %q … %q (hint %q)", d, d.Hint(), tt.where, tt.msg, tt.hint)
			}
		})
	}
}

func TestOverridesNone(t *testing.T) {
	for _, text := range []string{"", "null", "{}", "# nothing"} {
		o, err := ReadOverrides("f", []byte(text))
		if err != nil || len(o) != 0 {
			t.Errorf("%q: %v, %v", text, o, err)
		}
	}
	if o, err := ParseOverrides("f", &yaml.Node{}); err != nil || len(o) != 0 {
		t.Errorf("a zero node: %v, %v", o, err)
	}
	o, err := ReadOverrides("f", []byte("my/m: {input: 0.15, output: 0.6}"))
	if err != nil {
		t.Fatal(err)
	}
	var none *Catalog
	if got := text(none.With(o).Cost("my/m", &llm.Usage{UncachedInput: 1000, Output: 100}, Options{})); got != "$0.00021" {
		t.Errorf("without a catalog: %s", got)
	}
}

// Of two files, the later one's price counts, and the others stay.
func TestOverridesInTurn(t *testing.T) {
	c := sampleCatalog(t)
	for _, text := range []string{"my/a: {input: 1, context: 9}\nmy/b: {input: 1}", "my/a: {input: 2}"} {
		o, err := ReadOverrides("f", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		c = c.With(o)
	}
	u := &llm.Usage{UncachedInput: 1000}
	if a, b := text(c.Cost("my/a", u, Options{})), text(c.Cost("my/b", u, Options{})); a != "$0.002" || b != "$0.001" {
		t.Errorf("a costs %s, b %s", a, b)
	}
}

// Whatever the text, prices that are taken are priced sums or nothing, and errors are the user's kind.
func FuzzReadOverrides(f *testing.F) {
	f.Add("a/b: {input: 0.15, output: 0.6, batch: {input: 1}, tiers: [{above: 1, input: 2}]}")
	f.Add("a/b: [{from: 2026-01-01, input: 1}, {input: 2}]\nc/*: &x {input: 0}\nd/e: *x")
	f.Add("a/b: {input: -1}")
	f.Add("a: &a [*a]")
	f.Add("? {a: b}\n: {input: 0x10}")
	f.Add("<<: {a/b: {input: 1}}")
	c, err := Parse(sample)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		o, err := ReadOverrides("f", []byte(text))
		if err != nil {
			var d *diag.Error
			if !errors.As(err, &d) {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		with := c.With(o)
		for ref, m := range o {
			if _, ok := with.Find(ref); !ok {
				t.Fatalf("%q was read and is not found", ref)
			}
			for _, p := range m.Prices {
				u := &llm.Usage{UncachedInput: 10, CacheRead: 5, CacheWrite: 3, CacheWrite1h: 2, Output: 7, Reasoning: 1}
				if cost := with.Cost(ref, u, Options{At: p.From}); cost != nil && *cost < 0 {
					t.Fatalf("%q costs %s", ref, *cost)
				}
			}
		}
	})
}
