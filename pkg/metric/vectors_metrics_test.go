package metric

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// metrics computes the vectors of each metric that is here.
var metrics = map[string]func(*testing.T, vector) any{
	"bleu_sentence": func(t *testing.T, v vector) any {
		return v.scaled(v.bleu().Sentence(read[string](t, v.Candidate), read[[]string](t, v.References)))
	},
	"bleu_corpus": func(t *testing.T, v vector) any {
		return v.scaled(v.bleu().Corpus(read[[]string](t, v.Candidate), read[[][]string](t, v.References)))
	},
	"bleu_from_stats": func(t *testing.T, v vector) any {
		s := read[struct {
			Correct, Total []int
			SysLen         int `json:"sys_len"`
			RefLen         int `json:"ref_len"`
		}](t, v.Candidate)
		return v.bleu().Score(BLEUStats{s.Correct, s.Total, s.SysLen, s.RefLen})
	},
	"bleu_modified_precision": func(t *testing.T, v vector) any {
		s := BLEU{Tokenize: TokenizeNone, MaxOrder: v.Params.N}.Count(read[string](t, v.Candidate), read[[]string](t, v.References))
		return float64(s.Correct[v.Params.N-1]) / float64(s.Total[v.Params.N-1])
	},
	"bleu_brevity_penalty": func(t *testing.T, v vector) any {
		hyp := read[struct {
			Len int `json:"hyp_len"`
		}](t, v.Candidate)
		return BrevityPenalty(hyp.Len, read[[]int](t, v.References))
	},
	"rouge1":         func(t *testing.T, v vector) any { return RougeN(v.text(t), v.reference(t), 1, v.Params.UseStemmer) },
	"rouge2":         func(t *testing.T, v vector) any { return RougeN(v.text(t), v.reference(t), 2, v.Params.UseStemmer) },
	"rougeL":         func(t *testing.T, v vector) any { return RougeL(v.text(t), v.reference(t), v.Params.UseStemmer) },
	"rougeLsum":      func(t *testing.T, v vector) any { return RougeLsum(v.text(t), v.reference(t), v.Params.UseStemmer) },
	"rouge_tokenize": func(t *testing.T, v vector) any { return RougeTokens(v.text(t), v.Params.UseStemmer) },

	"levenshtein_distance": func(t *testing.T, v vector) any {
		if v.Params.Transpositions {
			return float64(DamerauLevenshtein(v.text(t), v.reference(t)))
		}
		return float64(Levenshtein(v.text(t), v.reference(t)))
	},
	"levenshtein_similarity": func(t *testing.T, v vector) any { return LevenshteinSimilarity(v.text(t), v.reference(t)) },
	"squad_normalize":        func(t *testing.T, v vector) any { return NormalizeSQuAD(v.text(t)) },
	"squad_em":               func(t *testing.T, v vector) any { return ExactMatchSQuAD(v.text(t), v.texts(t)...) },
	"token_f1": func(t *testing.T, v vector) any {
		if v.Params.Impl == "inspect_ai f1()" {
			return WordSetF1(v.text(t), v.texts(t), v.Params.StopWords...)
		}
		return TokenF1(v.text(t), v.texts(t)...)
	},
	"normalized_exact_match": func(t *testing.T, v vector) any {
		return slices.ContainsFunc(v.texts(t), func(r string) bool { return maps.Equal(WordSet(v.text(t)), WordSet(r)) })
	},
	"exact_match_rate": func(t *testing.T, v vector) any {
		texts, without, same := read[[]string](t, v.Candidate), v.ignore(), 0.0
		for i, r := range v.texts(t) {
			same += share(without.Equal(texts[i], r))
		}
		return same / float64(len(texts))
	},
	"fuzzy_match":        func(t *testing.T, v vector) any { return FuzzyMatch(v.text(t), v.texts(t)...) },
	"final_number_match": func(t *testing.T, v vector) any { return sameNumber(v.text(t), v.reference(t)) },
	"numeric_match": func(t *testing.T, v vector) any {
		if v.Params.Location == "any" {
			want := FinalNumber(v.reference(t), '.')
			return slices.ContainsFunc(slices.Collect(Numbers(v.text(t), '.')), func(r *big.Rat) bool { return r.Cmp(want) == 0 })
		}
		return sameNumber(v.text(t), v.reference(t))
	},
	"includes": func(t *testing.T, v vector) any {
		for _, r := range v.texts(t) {
			if strings.Contains(v.text(t), r) {
				return true
			}
		}
		return false
	},
	"exact_match": func(t *testing.T, v vector) any { return EqualJSON(parsed(t, v.Candidate), parsed(t, v.first(t))) },
	"valid_json": func(t *testing.T, v vector) any {
		value, err := ReadJSON(v.text(t))
		_, object := value.(map[string]any)
		_, list := value.([]any)
		return err == nil && (object || list)
	},
	"json_match": func(t *testing.T, v vector) any {
		for _, r := range v.texts(t) {
			a, err := ReadJSON(v.text(t))
			b, err2 := ReadJSON(r)
			if err == nil && err2 == nil && EqualJSON(a, b) {
				return true
			}
		}
		return false
	},

	"recall_at_k":          ranked(RecallAtK),
	"precision_at_k":       ranked(PrecisionAtK),
	"id_context_precision": ranked(PrecisionAtK),
	"reciprocal_rank":      ranked(ReciprocalRank),
	"ndcg_at_k":            ranked(NDCG),
	"hits_at_k":            ranked(func(r []string, g Grades, k int) (float64, bool) { return float64(Hits(r, g, k)), true }),
	"hit_rate_at_k":        ranked(func(r []string, g Grades, k int) (float64, bool) { return share(Hits(r, g, k) > 0), true }),
	"hit":                  ranked(func(r []string, g Grades, k int) (float64, bool) { return share(Hits(r, g, k) > 0), true }),
	"dcg_at_k":             ranked(func(r []string, g Grades, k int) (float64, bool) { return DCG(r, g, k), true }),
	"context_precision": func(t *testing.T, v vector) any {
		var verdicts []bool
		for _, n := range read[[]int](t, v.Candidate) {
			verdicts = append(verdicts, n == 1)
		}
		return ContextPrecision(verdicts)
	},

	"cosine_similarity": func(t *testing.T, v vector) any {
		c, _ := Cosine(read[[]float64](t, v.Candidate), read[[][]float64](t, v.References)[0])
		return c
	},
	"pass_at_k":  func(t *testing.T, v vector) any { return v.repeats(t, PassAtK) },
	"pass_hat_k": func(t *testing.T, v vector) any { return v.repeats(t, PassHatK) },
}

func read[T any](t *testing.T, raw json.RawMessage) (v T) {
	t.Helper()
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func (v vector) text(t *testing.T) string      { return read[string](t, v.Candidate) }
func (v vector) texts(t *testing.T) []string   { return read[[]string](t, v.References) }
func (v vector) reference(t *testing.T) string { return v.texts(t)[0] }
func (v vector) first(t *testing.T) json.RawMessage {
	return read[[]json.RawMessage](t, v.References)[0]
}

// parsed reads a value, and once more one that is a string holding JSON, as autoevals does.
func parsed(t *testing.T, raw json.RawMessage) any {
	value, err := ReadJSON(string(raw))
	if err != nil {
		t.Fatal(err)
	}
	if s, ok := value.(string); ok {
		if inner, err := ReadJSON(s); err == nil {
			return inner
		}
	}
	return value
}

func (v vector) bleu() BLEU {
	p := v.Params
	o := BLEU{Tokenize: Tokenizer(p.Tokenize), Smooth: p.SmoothMethod, SmoothValue: p.SmoothValue, Lowercase: p.Lowercase, MaxOrder: p.MaxOrder, EffectiveOrder: p.EffectiveOrder, Weights: p.Weights}
	if p.Impl == "nltk" {
		o.Tokenize = TokenizeNone
		o.Smooth = map[string]Smoothing{"method0": SmoothNone, "method1": SmoothFloor, "method3": SmoothExp}[p.Smoothing]
	}
	return o
}

func (v vector) ignore() Ignore {
	o := Ignore{Case: v.Params.IgnoreCase, Punctuation: v.Params.IgnorePunctuation, Digits: v.Params.IgnoreNumbers}
	for _, p := range v.Params.Regexes {
		o.Patterns = append(o.Patterns, regexp.MustCompile(p))
	}
	return o
}

// scaled gives NLTK's scale, which is 0 to 1.
func (v vector) scaled(score float64) float64 {
	if v.Params.Impl == "nltk" {
		return score / 100
	}
	return score
}

func sameNumber(a, b string) bool {
	x, y := FinalNumber(a, '.'), FinalNumber(b, '.')
	return x != nil && y != nil && x.Cmp(y) == 0
}

// ranked reads a ranking of ids and their grades; or a list of grades in rank order; or a list of the
// right ids.
func ranked(f func([]string, Grades, int) (float64, bool)) func(*testing.T, vector) any {
	return func(t *testing.T, v vector) any {
		var ids []string
		g := Grades{}
		for i, id := range read[[]any](t, v.Candidate) {
			if v.Params.Input != "" { // relevance in rank order
				g[fmt.Sprint(i)], id = id.(float64), i
			}
			ids = append(ids, fmt.Sprint(id))
		}
		switch list := read[any](t, v.References).(type) {
		case map[string]any:
			for id, grade := range list {
				g[id] = grade.(float64)
			}
		case []any:
			for _, id := range list {
				g[fmt.Sprint(id)] = 1
			}
		}
		if strings.HasPrefix(v.Params.Gain, "exponential") {
			g = g.Exponential()
		}
		value, ok := f(ids, g, v.Params.K)
		if !ok {
			t.Error("no value")
		}
		return value
	}
}

func (v vector) repeats(t *testing.T, f func(n, c, k int) (float64, bool)) any {
	count := read[struct{ N, C int }](t, v.Candidate)
	value, ok := f(count.N, count.C, v.Params.K)
	if !ok {
		return nil
	}
	return value
}
