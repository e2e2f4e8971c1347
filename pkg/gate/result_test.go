package gate

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// The shape that scripts lean on.
func TestResultAsJSON(t *testing.T) {
	r := judge(t, of("b", append(values(60, 1), values(40, 0)...)...), of("c", append(values(40, 1), values(60, 0)...)...), Options{Baseline: "v1.5.0"})
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Verdict, Baseline string
		Metrics           []struct {
			Name, Verdict                      string
			Baseline, Candidate, Delta, P, MDE *float64
			CI95                               []float64
			Up, Down                           *int
		}
		Broken, Flaky, Drift []string
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	m := got.Metrics[0]
	if got.Verdict != "regressed" || got.Baseline != "v1.5.0" || m.Verdict != "regressed" || m.Name != "right" || *m.Down != 20 || *m.Up != 0 ||
		len(m.CI95) != 2 || math.Abs(*m.Delta+0.2) > 1e-12 || m.P == nil || m.MDE == nil || got.Broken == nil || got.Flaky == nil || got.Drift == nil {
		t.Errorf("%s", data)
	}
	if strings.Contains(string(data), "null,null") || strings.Contains(string(data), `"slices":null`) {
		t.Errorf("a list is null: %s", data)
	}
}
