package metric

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/internal/realdata"
)

type vector struct {
	ID, Metric string
	Params     params
	Candidate  json.RawMessage
	References json.RawMessage
	Expected   any
	Tolerance  float64
}

type params struct {
	Impl, Tokenize, Gain, Smoothing, Location, Denominator, Normalisation, Input string
	SmoothMethod                                                                 Smoothing `json:"smooth_method"`
	SmoothValue                                                                  *float64  `json:"smooth_value"`
	Lowercase, Transpositions                                                    bool
	EffectiveOrder                                                               bool `json:"effective_order"`
	MaxOrder                                                                     int  `json:"max_ngram_order"`
	Weights                                                                      []float64
	N, K                                                                         int
	UseStemmer                                                                   bool     `json:"use_stemmer"`
	StopWords                                                                    []string `json:"stop_words"`
	Regexes                                                                      []string `json:"regexes_to_ignore"`
	IgnoreCase                                                                   bool     `json:"ignore_case"`
	IgnorePunctuation                                                            bool     `json:"ignore_punctuation"`
	IgnoreNumbers                                                                bool     `json:"ignore_numbers"`
	Schema                                                                       any
}

// Vectors of the reference implementations' own tests. Each either passes or says why it is left out.
func TestPublishedVectors(t *testing.T) {
	data, err := os.ReadFile(realdata.Path(t, "metrics", "metric_vectors_public.json"))
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, v := range vectors {
		t.Run(v.ID, func(t *testing.T) {
			if why := leftOut(v); why != "" {
				t.Skipf("%s: %s", v.Metric, why)
			}
			compare, known := metrics[v.Metric]
			if !known {
				t.Fatalf("%s is neither computed nor left out with a reason", v.Metric)
			}
			ran++
			v.check(t, compare(t, v))
		})
	}
	t.Logf("%d of %d vectors computed", ran, len(vectors))
	if ran < 144 {
		t.Errorf("only %d vectors name a metric that is here", ran)
	}
}

func (v vector) check(t *testing.T, got any) {
	t.Helper()
	want := v.Expected
	switch x := got.(type) {
	case bool:
		got = share(x)
	case Rouge:
		got = map[string]any{"precision": x.Precision, "recall": x.Recall, "fmeasure": x.FMeasure}
	case []string:
		list := make([]any, len(x))
		for i := range x {
			list[i] = x[i]
		}
		got = list
	}
	if b, ok := want.(bool); ok {
		want = share(b)
	}
	near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= v.Tolerance })
	if diff := cmp.Diff(want, got, near); diff != "" {
		t.Errorf("%s (-want +got):\n%s", v.Metric, diff)
	}
}

func share(ok bool) float64 {
	if ok {
		return 1
	}
	return 0
}

// leftOut says why a vector is not computed, or "".
func leftOut(v vector) string {
	switch v.Metric {
	case "judge_grade_parse", "judge_choice_score", "faithfulness":
		return "a judge's verdict is read in pkg/score, and TestPublishedJudgeVectors there computes it"
	case "gleu":
		return "not here: bleu is the measure of its kind"
	case "list_contains":
		return "not here: the best pairing of two lists by similarity; json_path compares lists"
	case "json_diff", "numeric_diff":
		return "not here: autoevals' similarity of JSON values and numbers; json_path and number compare them"
	case "context_relevancy_len":
		return "not here: context_precision and context_recall look at passages"
	}
	if v.Metric == "exact_match" && v.Params.Normalisation == "serialised JSON, key order significant" {
		return "JSON is compared whatever the order of keys, as RFC 8259 has it"
	}
	return ""
}
