package curve_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/llmops-toolkit/llmops/pkg/gateway/route"
	"github.com/llmops-toolkit/llmops/pkg/gateway/route/curve"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func money(m llm.Money) *llm.Money { return &m }

// items are four of which the two hardest need the strong model.
func items() []curve.Item {
	hard := "If Ada has 12 apples, 7 pears and 25 % more plums, eats half of them, then buys 3 more for $4 each, how many are left? "
	out := []curve.Item{
		{Prompt: "Hi", Weak: 1, Strong: 1},
		{Prompt: "Say 3.", Weak: 1, Strong: 1},
		{Prompt: hard, Weak: 0, Strong: 1},
		{Prompt: hard + hard, Weak: 0, Strong: 1},
	}
	for i := range out {
		out[i].WeakCost, out[i].StrongCost = money(llm.Dollar), money(10*llm.Dollar)
	}
	return out
}

// A router that knows: half of the calls recover the whole gap.
func TestMeasureOfAPerfectOrder(t *testing.T) {
	r := curve.Measure(items(), 0)
	want := []curve.Point{{0, 0.5, 4}, {0.25, 0.75, 13}, {0.5, 1, 22}, {0.75, 1, 31}, {1, 1, 40}}
	if diff := cmp.Diff(want, r.Curve, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
		t.Error(diff)
	}
	// PGR rises from 0 to 1 over the first half: the area is 0.25 + 0.5.
	for name, c := range map[string][2]float64{
		"AUC": {r.AUC.Value, 1}, "APGR": {r.APGR.Value, 0.75}, "CPT50": {r.CPT50.Value, 0.25}, "CPT80": {r.CPT80.Value, 0.4},
		"saved":       {r.Weak.Saved.Value, 0.9},
		"lost":        {r.Weak.Lost.Value, 0.5},
		"from medium": {r.Thresholds[0].Quality, 1},
		"over random": {r.Thresholds[0].OverRandom.Value, 0.25},
		"accuracy":    {r.Thresholds[0].Accuracy.Value, 1},
		"majority":    {r.Thresholds[0].Majority, 0.5},
	} {
		if math.Abs(c[0]-c[1]) > 1e-9 {
			t.Errorf("%s is %g, want %g", name, c[0], c[1])
		}
	}
	if r.NeedsStrong != 2 || r.WorseStrong != 0 || r.Levels != nil {
		t.Errorf("%+v", r)
	}
	if cut := curve.Measure(items(), 2).Curve; len(cut) != 3 || cut[1] != want[2] {
		t.Errorf("%+v", cut)
	}
}

// Scores that are equal are split at random: the curve between is straight.
func TestTiesAreRandom(t *testing.T) {
	same := items()
	for i := range same {
		same[i].Prompt = "Hi"
	}
	r := curve.Measure(same, 4)
	for _, p := range r.Curve {
		if math.Abs(p.Quality-(0.5+p.Share/2)) > 1e-9 || math.Abs(p.Cost-(4+36*p.Share)) > 1e-9 {
			t.Errorf("%+v", p)
		}
	}
	for name, v := range map[string]float64{"AUC": r.AUC.Value, "APGR": r.APGR.Value, "CPT50": r.CPT50.Value} {
		if math.Abs(v-0.5) > 1e-9 {
			t.Errorf("%s at random is %g", name, v)
		}
	}
}

// What cannot be told is NaN: no gap, one kind, no price.
func TestMeasureWithoutAGap(t *testing.T) {
	list := []curve.Item{{Prompt: "a", Weak: 1, Strong: 1, Complexity: route.Simple}, {Prompt: "b", Weak: 1, Strong: 1, Complexity: route.Complex}}
	r := curve.Measure(list, 0)
	for name, v := range map[string]float64{
		"AUC": r.AUC.Value, "APGR": r.APGR.Value, "CPT50": r.CPT50.Value, "cost": r.Strong.Cost, "saved": r.Thresholds[0].Saved.Value,
	} {
		if !math.IsNaN(v) {
			t.Errorf("%s is %g", name, v)
		}
	}
	if r.Levels == nil || r.Levels.Labelled != 2 || r.Levels.Right != 1 || r.Levels.Confusion[route.Complex][route.Simple] != 1 {
		t.Errorf("%+v", r.Levels)
	}
}

// The area is what counting all pairs gives.
func TestAUCIsTheShareOfPairs(t *testing.T) {
	list := []curve.Item{{Strong: 1}, {Strong: 1}, {Weak: 1}, {Weak: 1, Strong: 1}, {Strong: 1}}
	scores := []float64{0.9, 0.3, 0.3, 0.1, 0.2}
	// needs: 0.9, 0.3, 0.2; not: 0.3, 0.1 → right 1+1, 0.5+1, 0+1 of 6
	if got := curve.AUC(list, scores); math.Abs(got-4.5/6) > 1e-12 {
		t.Errorf("got %g", got)
	}
}

func TestReadRouteLLM(t *testing.T) {
	text := "prompt,org/weak-1,strong-2,org/weak-1_response,strong-2_response\nq,True,False,a,\"b\nc\"\n"
	d, err := curve.Read("x.csv", strings.NewReader(text), curve.Columns{})
	want := &curve.Data{
		Columns: curve.Columns{Weak: "org/weak-1", Strong: "strong-2"},
		Items:   []curve.Item{{Prompt: "q", Weak: 1, WeakAnswer: "a", StrongAnswer: "b\nc"}},
	}
	if diff := cmp.Diff(want, d); diff != "" || err != nil {
		t.Error(err, diff)
	}
	// A reference that names the columns the other way round wins over their order.
	d, err = curve.Read("x.csv", strings.NewReader(text), curve.Columns{Weak: "p/strong-2", Strong: "p/weak-1"})
	if err != nil || d.Columns != (curve.Columns{Weak: "strong-2", Strong: "org/weak-1"}) {
		t.Error(err, d)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("x.csv", "prompt,weak,strong\nhi,0,1\n")
	f.Add("x.csv", "prompt,a/b,c,a/b_response,c_response\n\"h\ni\",True,False,x,y\n")
	f.Add("x.jsonl", `{"prompt": "hi", "weak": 0, "strong": 1e3, "complexity": "simple"}`)
	f.Add("x.jsonl", `{"prompt": null, "weak": [], "strong": {}}`)
	f.Add("x.csv", "\ufeffprompt,prompt\n")
	f.Fuzz(func(t *testing.T, name, text string) {
		d, err := curve.Read(name, strings.NewReader(text), curve.Columns{})
		if err != nil {
			return
		}
		if len(d.Items) == 0 || d.Columns.Weak == d.Columns.Strong {
			t.Errorf("%+v", d)
		}
		for _, i := range d.Items {
			if strings.TrimSpace(i.Prompt) == "" || math.IsNaN(i.Weak) || math.IsNaN(i.Strong) {
				t.Errorf("%+v", i)
			}
		}
	})
}
