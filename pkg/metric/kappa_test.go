package metric

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/internal/realdata"
)

// Kappa's public vectors, and the table of Fleiss, Cohen and Everitt 1969 as statsmodels' tests have it.
func TestCohenKappa(t *testing.T) {
	data, err := os.ReadFile(realdata.Path(t, "metrics", "stats_vectors_public.json"))
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		ID, Stat  string
		Params    struct{ Weights KappaWeights }
		Expected  json.RawMessage
		Tolerance any
		Raw       json.RawMessage `json:"input"`
	}
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, v := range vectors {
		if v.Stat != "cohen_kappa" {
			continue
		}
		var in struct {
			A []any `json:"rater_a"`
			B []any `json:"rater_b"`
		}
		var want struct{ Kappa float64 }
		if json.Unmarshal(v.Raw, &in) != nil || json.Unmarshal(v.Expected, &want) != nil {
			t.Fatal(v.ID)
		}
		ran++
		got, ok := CohenKappa(texts(in.A), texts(in.B), nil, v.Params.Weights, 0.95)
		if v.Params.Weights != KappaUnweighted {
			got, ok = CohenKappa(texts(in.A), texts(in.B), []string{"1", "2", "3", "4", "5"}, v.Params.Weights, 0.95)
		}
		if !ok || math.Abs(got.Kappa-want.Kappa) > v.Tolerance.(float64) || got.Low > got.Kappa || got.High < got.Kappa {
			t.Errorf("%s: got %+v, want %v", v.ID, got, want.Kappa)
		}
	}
	if ran < 4 {
		t.Errorf("%d vectors", ran)
	}
}

func texts(list []any) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = fmt.Sprint(v)
	}
	return out
}

// The interval against the formula for two labels, worked by hand for the table 20, 5, 10, 15: kappa 0.4,
// standard error √0.0165 = 0.128 (Fleiss, Levin and Paik 2003, equation 18.13).
func TestKappaInterval(t *testing.T) {
	var a, b []string
	for _, cell := range []struct {
		a, b string
		n    int
	}{{"y", "y", 20}, {"y", "n", 5}, {"n", "y", 10}, {"n", "n", 15}} {
		for range cell.n {
			a, b = append(a, cell.a), append(b, cell.b)
		}
	}
	g, ok := CohenKappa(a, b, nil, KappaUnweighted, 0.95)
	if !ok || math.Abs(g.Raw-0.7) > 1e-12 || math.Abs(g.Kappa-0.4) > 1e-12 || g.N != 50 {
		t.Fatalf("got %+v, %t", g, ok)
	}
	p := [2][2]float64{{0.4, 0.1}, {0.2, 0.3}}
	rows, columns := [2]float64{0.5, 0.5}, [2]float64{0.6, 0.4}
	x, y := 0.0, 0.0
	for i := range 2 {
		d := 1 - (rows[i]+columns[i])*(1-0.4)
		x += p[i][i] * d * d
		j := 1 - i
		d = columns[i] + rows[j]
		y += p[i][j] * d * d
	}
	z := 0.4 - 0.5*(1-0.4)
	se := math.Sqrt(x+(1-0.4)*(1-0.4)*y-z*z) / (0.5 * math.Sqrt(50))
	if low := 0.4 - 1.959963984540054*se; math.Abs(g.Low-low) > 1e-9 || math.Abs(g.High-(0.8-low)) > 1e-9 {
		t.Errorf("got %v to %v, want from %v (se %v)", g.Low, g.High, low, se)
	}
	for name, pair := range map[string][2][]string{
		"no items": {nil, nil}, "one label": {{"a", "a"}, {"a", "a"}}, "lengths": {{"a"}, {"a", "b"}},
	} {
		if g, ok := CohenKappa(pair[0], pair[1], nil, KappaUnweighted, 0.95); ok {
			t.Errorf("%s: %+v", name, g)
		}
	}
	if _, ok := CohenKappa([]string{"z"}, []string{"a"}, []string{"a", "b"}, KappaLinear, 0.95); ok {
		t.Error("a label that is not in the order is taken")
	}
}
