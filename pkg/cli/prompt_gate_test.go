package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/eval"
)

// A least score counts wherever the gate section may have it.
func TestLeastScoreOfAPromotion(t *testing.T) {
	for name, gate := range map[string]string{
		"by its name":   "{right: {min: 0.9}}",
		"under metrics": "{metrics: {right: {min: 0.9}}}",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			text := "name: s\ncases: c.jsonl\nscorers: [{name: right, type: exact}]\ngate: " + gate + "\n"
			if err := os.WriteFile(filepath.Join(dir, "suite.yaml"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			suite, err := eval.Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			for mean, passes := range map[float64]bool{0.8: false, 0.9: true} {
				run := eval.Info{Status: eval.StatusComplete, Totals: &eval.Result{Valid: true, Metrics: []eval.MetricResult{{Name: "right", Mean: &mean}}}}
				if err := failedRun(run, suite); (err == nil) != passes {
					t.Errorf("a mean of %v: %v", mean, err)
				}
			}
		})
	}
}
