package prompt_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func TestPromoteAndRollback(t *testing.T) {
	e, dir := editor(t, "p/v1.0.0.md", "a", "p/v1.1.0.md", "b", "p/v1.2.0.md", "c",
		"labels.yaml", "# who serves what\nlabels:\n  q: {production: 3.0.0} # not ours\nprotected: [stable]\n")
	promote := func(version, why string) {
		t.Helper()
		if _, err := e.Promote(prompt.Promotion{Name: "p", Version: version, Label: "production", Why: why, Now: noon}); err != nil {
			t.Fatal(err)
		}
	}
	production := func() string {
		t.Helper()
		v, err := e.Resolve("p@production")
		if err != nil {
			t.Fatal(err)
		}
		return v.Version
	}
	promote("1.0.0", "first")
	promote("^1.0 <1.2", `better? "yes": #1, {really}`)
	promote("latest", "")
	if got := production(); got != "1.2.0" {
		t.Errorf("production is %s", got)
	}
	for _, want := range []string{"1.1.0", "1.0.0"} {
		if _, err := e.Rollback("p", "production", "errors", noon); err != nil {
			t.Fatal(err)
		}
		if got := production(); got != want {
			t.Errorf("production is %s, want %s", got, want)
		}
	}
	if _, err := e.Rollback("p", "production", "", noon); err == nil || !strings.Contains(err.Error(), "nothing to go back to") {
		t.Errorf("error %v", err)
	}
	promote("1.2.0", "again")
	if _, err := e.Rollback("p", "production", "", noon); err != nil || production() != "1.0.0" {
		t.Errorf("production is %s, %v", production(), err)
	}

	l, err := e.Labels()
	if err != nil {
		t.Fatal(err)
	}
	want := []prompt.Move{
		{At: noon, Prompt: "p", Label: "production", To: "1.0.0", Why: "first"},
		{At: noon, Prompt: "p", Label: "production", From: "1.0.0", To: "1.1.0", Why: `better? "yes": #1, {really}`},
		{At: noon, Prompt: "p", Label: "production", From: "1.1.0", To: "1.2.0"},
		{At: noon, Prompt: "p", Label: "production", From: "1.2.0", To: "1.1.0", Why: "errors", Rollback: true},
		{At: noon, Prompt: "p", Label: "production", From: "1.1.0", To: "1.0.0", Why: "errors", Rollback: true},
		{At: noon, Prompt: "p", Label: "production", From: "1.0.0", To: "1.2.0", Why: "again"},
		{At: noon, Prompt: "p", Label: "production", From: "1.2.0", To: "1.0.0", Rollback: true},
	}
	if diff := cmp.Diff(want, l.History); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	text := read(t, dir, "labels.yaml")
	for _, kept := range []string{"# who serves what", "q: {production: 3.0.0} # not ours", "protected: [stable]"} {
		if !strings.Contains(text, kept) {
			t.Errorf("%q was lost:\n%s", kept, text)
		}
	}
}

func TestPromoteMistakes(t *testing.T) {
	e, dir := editor(t, "p/v1.0.0.md", "a", "p/v1.1.0.md", "---\n---\n{{x}}", "labels.yaml", "labels: {p: {beta: 1.0.0}}\nprotected: [production]\n")
	before := read(t, dir, "labels.yaml")
	for name, c := range map[string]struct {
		p          prompt.Promotion
		want, hint string
	}{
		"protected":  {prompt.Promotion{Name: "p", Version: "1.0.0", Label: "production"}, "label production is protected", "--require-eval"},
		"no version": {prompt.Promotion{Name: "p", Version: "3.0.0", Label: "beta"}, "has no version 3.0.0", ""},
		"broken":     {prompt.Promotion{Name: "p", Version: "1.1.0", Label: "beta"}, "variable x is used and not declared", ""},
		"there":      {prompt.Promotion{Name: "p", Version: "1.0.0", Label: "beta"}, "points to 1.0.0 already", ""},
		"bad label":  {prompt.Promotion{Name: "p", Version: "1.0.0", Label: "latest"}, "\"latest\" is not a label", "lower-case"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := e.Promote(c.p)
			var de *diag.Error
			if !errors.As(err, &de) || !strings.Contains(err.Error(), c.want) || !strings.Contains(diag.HintOf(err), c.hint) {
				t.Errorf("error %v, hint %q", err, diag.HintOf(err))
			}
		})
	}
	if read(t, dir, "labels.yaml") != before || len(left(t, dir)) != 3 {
		t.Errorf("something was written: %v", left(t, dir))
	}
	if _, err := e.Promote(prompt.Promotion{Name: "p", Version: "1.0.0", Label: "production", Eval: "run-7", Now: noon}); err != nil {
		t.Errorf("with an eval run: %v", err)
	}
}

// Promotions at once are all kept.
func TestPromoteConcurrently(t *testing.T) {
	_, dir := editor(t, "p/v1.0.0.md", "a")
	const n = 12
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			e, err := prompt.Edit(dir)
			if err != nil {
				errs[i] = err
				return
			}
			defer e.Close()
			_, errs[i] = e.Promote(prompt.Promotion{Name: "p", Version: "1.0.0", Label: fmt.Sprintf("label-%d", i), Now: noon})
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	e, err := prompt.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	l, err := e.Labels()
	if err != nil || len(l.Of["p"]) != n || len(l.History) != n {
		t.Errorf("labels %v, %v", l, err)
	}
}

func TestExperiment(t *testing.T) {
	text := "experiments:\n  tone: {prompt: p, salt: spring, variants: [{version: 1.0.0, weight: 90}, {version: 1.1.0, weight: 10}]}\n"
	reg := prompt.Open(tree("labels.yaml", text))
	l, err := reg.Labels()
	if err != nil {
		t.Fatal(err)
	}
	e, err := l.Experiment("tone")
	if err != nil {
		t.Fatal(err)
	}
	if got := l.ExperimentOn("p"); got == nil || got.Name != "tone" || l.ExperimentOn("q") != nil {
		t.Errorf("experiment on p: %v", got)
	}
	// sha256("spring:tone:user-1") begins with the eight bytes of this number.
	if got, want := e.Bucket("user-1"), bucketByHand("spring:tone:user-1"); got != want {
		t.Errorf("bucket %d, want %d", got, want)
	}
	for _, s := range e.Simulate(100_000) {
		// Four standard deviations of a binomial share.
		if limit := 4 * math.Sqrt(s.Want*(1-s.Want)/100_000); math.Abs(s.Got-s.Want) > limit {
			t.Errorf("%s got %.4f, want %.4f ± %.4f", s.Version, s.Got, s.Want, limit)
		}
	}
	if _, err := l.Experiment("tune"); err == nil || !strings.Contains(diag.HintOf(err), "did you mean tone") {
		t.Errorf("error %v", err)
	}
}

// Widening the first variant moves units to it and none away from it.
func TestExperimentWidening(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.IntRange(0, 100).Draw(t, "before")
		b := rapid.IntRange(a, 100).Draw(t, "after")
		unit := rapid.String().Draw(t, "unit")
		at := func(weight int) string {
			e := prompt.Experiment{Name: "e", Salt: "s", Variants: []prompt.Variant{{Version: "new", Weight: float64(weight)}, {Version: "old", Weight: float64(100 - weight)}}}
			return e.Assign(unit)
		}
		if at(a) == "new" && at(b) != "new" {
			t.Fatalf("unit %q left the variant that was widened from %d to %d", unit, a, b)
		}
	})
}

func TestLeftOverLock(t *testing.T) {
	e, dir := editor(t, "p/v1.0.0.md", "a", "labels.yaml.lock", "")
	e.LockWait = time.Millisecond
	_, err := e.Promote(prompt.Promotion{Name: "p", Version: "1.0.0", Label: "beta", Now: noon})
	if err == nil || !strings.Contains(err.Error(), "labels.yaml.lock: another process is changing the registry") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "labels.yaml.lock")); err != nil {
		t.Error("the lock of another process was removed")
	}
}
