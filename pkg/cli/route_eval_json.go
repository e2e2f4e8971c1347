package cli

import (
	"math"

	"github.com/llmops-toolkit/llmops/pkg/gateway/route"
	"github.com/llmops-toolkit/llmops/pkg/gateway/route/curve"
)

// routeEvalJSON is what route eval --json prints. Shares and rates are from 0 to 1; null is what cannot be told.
type routeEvalJSON struct {
	Schema      string       `json:"schema"`
	File        string       `json:"file"`
	Columns     columnsJSON  `json:"columns"`
	HeldOut     bool         `json:"held_out"`
	Items       int          `json:"items"`
	FittedOn    int          `json:"fitted_on"`    // prompts that the classifier was fitted on, whose figures flatter it
	Repeated    int          `json:"repeated"`     // prompts that were there before
	NeedsStrong int          `json:"needs_strong"` // prompts on which the strong model is better
	WorseStrong int          `json:"strong_worse"`
	Assumed     bool         `json:"answers_assumed"` // some answers are not in the data; --output is their length
	AUC         figureJSON   `json:"auc"`
	APGR        figureJSON   `json:"apgr"`
	CPT50       figureJSON   `json:"cpt50"`
	CPT80       figureJSON   `json:"cpt80"`
	Weak        choiceJSON   `json:"always_weak"`
	Strong      choiceJSON   `json:"always_strong"`
	Thresholds  []choiceJSON `json:"strong_from"` // the strong model from a complexity on
	Levels      *levelsJSON  `json:"complexity"`  // null without labels
	Curve       []curvePoint `json:"curve"`
}

type columnsJSON struct {
	Weak   string `json:"weak"`
	Strong string `json:"strong"`
}

type figureJSON struct {
	Value *float64    `json:"value"`
	CI95  *[2]float64 `json:"ci95"`
}

type choiceJSON struct {
	From       route.Level `json:"from,omitempty"`
	Model      string      `json:"model,omitempty"`
	Share      float64     `json:"share_strong"`
	Quality    float64     `json:"quality"`
	Cost       *float64    `json:"cost_usd"`     // of all prompts
	Saved      figureJSON  `json:"cost_saved"`   // of always-strong's
	Lost       figureJSON  `json:"quality_lost"` // of always-strong's
	OverRandom *figureJSON `json:"quality_over_random,omitempty"`
	Accuracy   *figureJSON `json:"accuracy,omitempty"` // of telling which prompts need the strong model
	Majority   *float64    `json:"majority_accuracy,omitempty"`
}

type levelsJSON struct {
	Labelled  int                                 `json:"labelled"`
	Accuracy  figureJSON                          `json:"accuracy"`
	Confusion map[route.Level]map[route.Level]int `json:"confusion"` // by label, then by class
}

type curvePoint struct {
	Share   float64  `json:"share_strong"`
	Quality float64  `json:"quality"`
	Random  float64  `json:"random_quality"`
	Cost    *float64 `json:"cost_usd"`
}

func newRouteEvalJSON(path string, o routeEvalOptions, data *curve.Data, r curve.Report) routeEvalJSON {
	doc := routeEvalJSON{
		Schema: "llmops.route.eval/v1", File: path, Columns: columnsJSON(data.Columns), HeldOut: o.heldOut,
		Items: r.Items, NeedsStrong: r.NeedsStrong, WorseStrong: r.WorseStrong,
		AUC: newFigure(r.AUC), APGR: newFigure(r.APGR), CPT50: newFigure(r.CPT50), CPT80: newFigure(r.CPT80),
		Weak: newChoice(r.Weak), Strong: newChoice(r.Strong),
	}
	doc.FittedOn, doc.Repeated = seenBefore(data.Items)
	for _, t := range r.Thresholds {
		doc.Thresholds = append(doc.Thresholds, newChoice(t))
	}
	if l := r.Levels; l != nil {
		doc.Levels = &levelsJSON{l.Labelled, newFigure(l.Accuracy), l.Confusion}
	}
	for _, p := range r.Curve {
		random := r.Weak.Quality + p.Share*(r.Strong.Quality-r.Weak.Quality)
		doc.Curve = append(doc.Curve, curvePoint{round(p.Share, 6), round(p.Quality, 6), round(random, 6), number(p.Cost)})
	}
	return doc
}

// seenBefore counts the prompts that the classifier was fitted on, and those that repeat an earlier one.
func seenBefore(items []curve.Item) (fitted, repeated int) {
	prompts := make(map[string]struct{}, len(items))
	for i := range items {
		if route.FittedOn(items[i].Prompt) {
			fitted++
		}
		prompts[items[i].Prompt] = struct{}{}
	}
	return fitted, len(items) - len(prompts)
}

func newChoice(c curve.Choice) choiceJSON {
	out := choiceJSON{
		From: c.From, Share: round(c.Share, 6), Quality: round(c.Quality, 6), Cost: number(c.Cost),
		Saved: newFigure(c.Saved), Lost: newFigure(c.Lost), Majority: number(c.Majority),
	}
	if c.From != "" {
		random, accuracy := newFigure(c.OverRandom), newFigure(c.Accuracy)
		out.OverRandom, out.Accuracy = &random, &accuracy
	}
	return out
}

func newFigure(f curve.Figure) figureJSON {
	out := figureJSON{Value: number(f.Value)}
	if low, high := number(f.Low), number(f.High); low != nil && high != nil {
		out.CI95 = &[2]float64{*low, *high}
	}
	return out
}

// number is a rounded number, nil for what JSON cannot hold.
func number(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	v = round(v, 6)
	return &v
}
