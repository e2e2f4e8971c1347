package metric

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/internal/realdata"
)

type vector struct {
	ID, Metric string
	Params     map[string]any
	Candidate  any
	References any
	Expected   any
	Tolerance  float64
}

// Vectors of the reference implementations' own tests, for the metrics that are here.
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
		got, ok := compute(v)
		if !ok {
			continue
		}
		ran++
		t.Run(v.ID, func(t *testing.T) {
			if text, isText := v.Expected.(string); isText {
				if got != text {
					t.Errorf("%s: got %q, want %q", v.Metric, got, text)
				}
				return
			}
			if number, isNumber := got.(float64); !isNumber || math.Abs(number-v.Expected.(float64)) > v.Tolerance {
				t.Errorf("%s: got %v, want %v", v.Metric, got, v.Expected)
			}
		})
	}
	if ran < 15 {
		t.Errorf("only %d vectors name a metric that is here", ran)
	}
}

func compute(v vector) (got any, ok bool) {
	candidate, isText := v.Candidate.(string)
	if !isText {
		return nil, false
	}
	reference := ""
	if list, _ := v.References.([]any); len(list) > 0 {
		reference, _ = list[0].(string)
	}
	switch v.Metric {
	case "levenshtein_distance":
		if v.Params["transpositions"] == true {
			return nil, false // another distance
		}
		return float64(Levenshtein(candidate, reference)), true
	case "levenshtein_similarity":
		return LevenshteinSimilarity(candidate, reference), true
	case "squad_normalize":
		return NormalizeSQuAD(candidate), true
	case "squad_em":
		return share(NormalizeSQuAD(candidate) == NormalizeSQuAD(reference)), true
	case "final_number_match":
		a, b := FinalNumber(candidate, '.'), FinalNumber(reference, '.')
		return share(a != nil && b != nil && a.Cmp(b) == 0), true
	}
	return nil, false
}

func share(ok bool) float64 {
	if ok {
		return 1
	}
	return 0
}
