package score

import (
	"context"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/metric"
)

// bleu gives sacrebleu's sentence BLEU against all expected answers, from 0 to 1 (a hundredth of what
// sacrebleu prints). The signature, which names the settings, is part of the reason for a fail and is what
// Metric.Signature gives.
type bleu struct {
	Tokenize    string   `yaml:"tokenize" json:"tokenize"` // 13a, intl, char, none
	Smooth      string   `yaml:"smooth" json:"smooth"`     // exp, floor, add-k, none
	SmoothValue *float64 `yaml:"smooth_value" json:"smooth_value"`
	Lowercase   bool     `yaml:"lowercase" json:"lowercase"`
	MaxOrder    int      `yaml:"max_order" json:"max_order"`             // 1 to 9
	Effective   bool     `yaml:"effective_order" json:"effective_order"` // true unless given
	Threshold   *float64 `yaml:"threshold" json:"threshold"`
	Field       string   `yaml:"field" json:"field"`
	Path        string   `yaml:"path" json:"path"`

	with against
	how  metric.BLEU
}

func newBLEU(o bleu) (Scorer, error) {
	if !slices.Contains(metric.Tokenizers(), metric.Tokenizer(o.Tokenize)) {
		return nil, badOptionHint("tokenize", "want 13a, intl, char or none", diag.DidYouMean(o.Tokenize, []string{"13a", "intl", "char", "none"}))
	}
	if !slices.Contains([]string{"exp", "floor", "add-k", "none"}, o.Smooth) {
		return nil, badOptionHint("smooth", "want exp, floor, add-k or none", diag.DidYouMean(o.Smooth, []string{"exp", "floor", "add-k", "none"}))
	}
	if v := o.SmoothValue; v != nil && (o.Smooth != "floor" && o.Smooth != "add-k" || !(*v > 0 && *v <= 100)) {
		return nil, badOption("smooth_value", "want a number above 0, with smooth floor or add-k")
	}
	if o.MaxOrder < 1 || o.MaxOrder > 9 {
		return nil, badOption("max_order", "want a whole number from 1 to 9")
	}
	if err := checkThreshold(o.Threshold); err != nil {
		return nil, err
	}
	o.how = metric.BLEU{
		Tokenize: metric.Tokenizer(o.Tokenize), Smooth: metric.Smoothing(o.Smooth), SmoothValue: o.SmoothValue,
		Lowercase: o.Lowercase, MaxOrder: o.MaxOrder, EffectiveOrder: o.Effective,
	}
	var err error
	o.with, err = newAgainst(o.Field)
	return &o, err
}

// Score counts the n-grams.
func (o *bleu) Score(_ context.Context, s *Sample) Outcome {
	got, wants, out := o.with.pair(s, o.Path)
	if out != nil {
		return *out
	}
	return graded(o.how.Sentence(got, wants)/100, o.Threshold, "BLEU ("+o.how.Signature(len(wants))+")")
}

func (o *bleu) signature() string { return o.how.Signature(0) }
