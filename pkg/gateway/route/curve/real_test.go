package curve_test

import (
	"math"
	"os"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/gateway/route"
	"github.com/llmops-toolkit/llmops/pkg/gateway/route/curve"
	"github.com/llmops-toolkit/llmops/pkg/internal/realdata"
)

func gsm8k(t *testing.T) *curve.Data {
	t.Helper()
	path := realdata.Path(t, "routellm", "gsm8k_responses.csv")
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // only read from
	d, err := curve.Read(path, f, curve.Columns{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The published accuracies of both models, as RouteLLM has them.
func TestPublishedAccuracies(t *testing.T) {
	r := curve.Measure(gsm8k(t).Items, 10)
	if math.Round(1e4*r.Weak.Quality) != 6384 || math.Round(1e4*r.Strong.Quality) != 8567 || r.Items != 1319 {
		t.Errorf("always weak %.4f, always strong %.4f of %d", r.Weak.Quality, r.Strong.Quality, r.Items)
	}
	if r.NeedsStrong != 383 || r.WorseStrong != 95 {
		t.Errorf("better on %d, worse on %d", r.NeedsStrong, r.WorseStrong)
	}
}

// What coefficients.go and docs/routing.md say of texts that the classifier has not seen.
func TestHeldOutFigures(t *testing.T) {
	var held []curve.Item
	for _, item := range gsm8k(t).Items {
		if route.HeldOut(item.Prompt) {
			held = append(held, item)
		}
	}
	r := curve.Measure(held, 10)
	if len(held) != 404 || r.NeedsStrong != 123 || math.Abs(r.AUC.Value-0.576) > 0.001 || math.Abs(r.APGR.Value-0.570) > 0.001 {
		t.Errorf("%d held out, %d need the strong model, AUC %.4f, APGR %.4f", len(held), r.NeedsStrong, r.AUC.Value, r.APGR.Value)
	}
	if r.AUC.Low <= 0.5 {
		t.Errorf("the classifier may be no better than chance: %+v", r.AUC)
	}
}

// What is known as fitted on is what was not held out.
func TestFittedOn(t *testing.T) {
	fitted := 0
	for _, item := range gsm8k(t).Items {
		if route.FittedOn(item.Prompt) == route.HeldOut(item.Prompt) {
			t.Fatalf("a prompt is both held out and fitted on, or neither: %.40q", item.Prompt)
		}
		if route.FittedOn(item.Prompt) {
			fitted++
		}
	}
	if fitted != 915 || route.FittedOn("What is 2 + 2?") || route.FittedOn("") {
		t.Errorf("%d were fitted on", fitted)
	}
}
