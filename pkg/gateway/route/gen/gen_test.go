package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/internal/realdata"
)

// coefficients.go and fitted_on.go are what the generator makes of the data that they name.
func TestCoefficientsAreTheGenerators(t *testing.T) {
	data := realdata.Path(t, "routellm", "gsm8k_responses.csv")
	out := filepath.Join(t.TempDir(), "coefficients.go")
	if err := run(data, "GSM8K answers of RouteLLM (lm-sys/RouteLLM 0b64fda, Apache-2.0)", out); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"coefficients.go", "fitted_on.go"} {
		want, err := os.ReadFile(filepath.Join(filepath.Dir(out), name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile("../" + name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Error(diff)
		}
	}
}

// A signal that tells the classes apart gets a weight, one that does not vary gets none.
func TestFit(t *testing.T) {
	s := set{}
	for i := range 200 {
		y := float64(i % 2)
		s.x, s.y = append(s.x, []float64{y + float64(i%7)/7, 1, float64(i % 3)}), append(s.y, y)
	}
	m := fit(s, 1)
	if m.weight[0] < 1 || m.weight[1] != 0 || m.sd[1] != 0 || m.weight[2] > 0.5 || m.weight[2] < -0.5 {
		t.Errorf("%+v", m)
	}
	low, high := m.score(m.z([]float64{0, 1, 1})), m.score(m.z([]float64{2, 1, 1}))
	if low > 0.2 || high < 0.8 {
		t.Errorf("scores %.2f and %.2f", low, high)
	}
}
