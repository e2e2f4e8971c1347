package stats

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/internal/realdata"
)

// vector is a published number. Expected and Tolerance are a number, a list or an object.
type vector struct {
	ID, Stat  string
	Params    map[string]any
	Input     input
	Expected  any
	Tolerance any
}

type input struct {
	B, C, K, N, DF, SE       float64
	X, Y, P, Diff            []float64
	Baseline, Candidate      []float64
	Cluster                  []any
	DiffCounts               map[string]int `json:"diff_counts"`
	Omega2, SigmaA2, SigmaB2 float64
	KA, KB, Delta            float64
}

// notHere says why no function of this package is asked for a statistic.
var notHere = map[string]string{
	"cohen_kappa":        "pkg/metric has it, and its tests compute these vectors",
	"fleiss_kappa":       "a judge is compared with one set of labels, by Cohen's kappa",
	"krippendorff_alpha": "a judge is compared with one set of labels, by Cohen's kappa",
	"rogan_gladen":       "no pass rate is corrected for the judge's errors; a judge that errs often does not count",
	"bh_adjust":          "the gate keeps the family-wise error, by Holm, not the false discovery rate",
	"paired_t_power":     "the gate states its power by the normal approximation, 2.80·SE",
}

// Numbers of R, SAS, scipy, statsmodels and closed forms.
func TestPublishedVectors(t *testing.T) {
	data, err := os.ReadFile(realdata.Path(t, "metrics", "stats_vectors_public.json"))
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	passed := 0
	for _, v := range vectors {
		t.Run(v.ID+"-"+v.Stat, func(t *testing.T) {
			if why := notHere[v.Stat]; why != "" {
				t.Skip(why)
			}
			if v.Params["method"] == "BCa" {
				t.Skip("the bootstrap here is the percentile one")
			}
			compare(t, v, compute(t, v))
			passed++
		})
	}
	t.Logf("%d of %d vectors name a statistic of this package", passed, len(vectors))
	if passed < 58 {
		t.Errorf("%d vectors were compared, want 58 at least", passed)
	}
}

// compute gives what the vector expects, in its shape.
func compute(t *testing.T, v vector) any {
	in := v.Input
	confidence, _ := v.Params["confidence"].(float64)
	alpha, _ := v.Params["alpha"].(float64)
	power, _ := v.Params["power"].(float64)
	sides, _ := v.Params["sides"].(string)
	switch v.Stat {
	case "wilson_interval":
		if sides == "lower-bound" { // one-sided at c is the end of the two-sided at 2c−1
			return []any{Wilson(int(in.K), int(in.N), 2*confidence-1).Low, 1.0}
		}
		return ends(Wilson(int(in.K), int(in.N), confidence))
	case "t_quantile":
		return TQuantile(v.Params["p"].(float64), in.DF)
	case "stderr_mean":
		return StdErr(in.X)
	case "clustered_stderr":
		return ClusteredStdErr(in.X, nil, texts(in.Cluster), v.Params["finite_cluster_correction"] == true)
	case "mcnemar_exact":
		if sides == "two-sided" {
			return McNemar(int(in.B), int(in.C)).TwoSided()
		}
		return McNemar(int(in.B), int(in.C)).OneSided()
	case "mcnemar_chi2":
		statistic, p := McNemarChi2(int(in.B), int(in.C), v.Params["continuity"] == true)
		return map[string]any{"statistic": statistic, "p": p}
	case "bootstrap_mean_ci":
		means, _ := bootstrapMeans(in.X)
		return ends(percentiles(means, confidence))
	case "mcnemar_midp":
		return McNemar(int(in.B), int(in.C)).MidP()
	case "paired_t_ci":
		if sides == "upper-bound" {
			confidence = 2*confidence - 1
		}
		iv, _ := MeanInterval(minus(in.X, in.Y), confidence)
		if sides == "upper-bound" {
			return []any{nil, iv.High}
		}
		return ends(iv)
	case "paired_t":
		d := minus(in.Candidate, in.Baseline)
		iv, _ := MeanInterval(d, confidence)
		below := TCDF(Mean(d)/StdErr(d), float64(len(d)-1))
		return map[string]any{
			"mean_diff": Mean(d), "se": StdErr(d), "ci": ends(iv), "t": Mean(d) / StdErr(d),
			"p_two_sided": 2 * min(below, 1-below), "p_one_sided_worse": below,
		}
	case "paired_binary_diff_ci":
		return ends(PairedBinaryInterval(int(in.B), int(in.C), int(in.N), confidence))
	case "sign_flip_permutation":
		s := SignFlipTest(in.Diff, 1)
		return map[string]any{"p_two_sided": s.TwoSided(), "p_one_sided_worse": s.OneSided()}
	case "paired_bootstrap_percentile":
		return bootstrapMean(in.DiffCounts, confidence)
	case "mde":
		return DetectableEffect(in.SE, alpha, power)
	case "sample_size": // two-sided alpha is one-sided alpha/2
		return float64(CasesNeeded(in.Omega2+in.SigmaA2/in.KA+in.SigmaB2/in.KB, in.Delta, alpha/2, power))
	case "holm_adjust":
		return list(HolmAdjust(in.P))
	case "confirm_false_alarm_max":
		return ConfirmationRisk(int(in.K))
	}
	t.Fatalf("nothing computes %s, and nothing says why not", v.Stat)
	return nil
}

// bootstrapMean bootstraps the mean of −1, 0 and 1 with the resampling that quantiles use.
func bootstrapMean(counts map[string]int, confidence float64) any {
	var d []float64
	for value, n := range map[float64]int{-1: counts["-1"], 0: counts["0"], 1: counts["1"]} {
		for range n {
			d = append(d, value)
		}
	}
	means, below := bootstrapMeans(d)
	spread := StdErr(means) * math.Sqrt(float64(len(means)))
	return map[string]any{"ci": ends(percentiles(means, confidence)), "prob_mean_below_0": below, "bootstrap_se": spread}
}

// bootstrapMeans are means of resamples, and the share of them below 0.
func bootstrapMeans(d []float64) (means []float64, below float64) {
	for seed := range uint64(20) {
		resample(len(d), seed, func(times []uint8) {
			sum := 0.0
			for i, n := range times {
				sum += float64(n) * d[i]
			}
			means = append(means, sum/float64(len(d)))
			if sum < 0 {
				below++
			}
		})
	}
	return means, below / float64(len(means))
}

func compare(t *testing.T, v vector, got any) {
	t.Helper()
	want, have, within := map[string]float64{}, map[string]float64{}, map[string]float64{}
	flatten("", v.Expected, want)
	flatten("", got, have)
	flatten("", v.Tolerance, within)
	for name, w := range want {
		most := tolerance(within, name)
		if share, ok := within[name+"_relative"]; ok {
			most = share * math.Abs(w)
		}
		if h, ok := have[name]; !ok || !(math.Abs(h-w) <= most) {
			t.Errorf("%s%s: got %v, want %v within %v", v.Stat, name, h, w, most)
		}
	}
}

// tolerance finds the one for a number: its own, that of the object or list it is in, or the only one.
func tolerance(within map[string]float64, name string) float64 {
	for n := name; ; n = n[:strings.LastIndex(n, ".")] {
		if x, ok := within[n]; ok {
			return x
		}
		if n == "" {
			return math.NaN()
		}
	}
}

func flatten(name string, v any, into map[string]float64) {
	switch v := v.(type) {
	case float64:
		into[name] = v
	case []any:
		for i, x := range v {
			flatten(fmt.Sprintf("%s.%d", name, i), x, into)
		}
	case map[string]any:
		for k, x := range v {
			flatten(name+"."+k, x, into)
		}
	}
}

func ends(iv Interval) []any { return []any{iv.Low, iv.High} }

func list(x []float64) (out []any) {
	for _, v := range x {
		out = append(out, v)
	}
	return out
}

func texts(x []any) (out []string) {
	for _, v := range x {
		out = append(out, fmt.Sprint(v))
	}
	return out
}

func minus(x, y []float64) []float64 {
	d := make([]float64, len(x))
	for i := range x {
		d[i] = x[i] - y[i]
	}
	return d
}
