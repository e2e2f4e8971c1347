package eval

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/score"
)

// CalibrateConfig says how judges are compared with people. Labels and Tools are required.
type CalibrateConfig struct {
	Labels *Labels
	Tools  score.Tools
	Run    string // directory of the run whose answers were labelled; "" where the labels have them

	Repeats     int // how often the judge is asked about each answer; 0 means once
	Concurrency int // 0 means 4

	Progress func(done, total int) // told after each verdict, from one goroutine at a time; nil: nobody asks
	Now      func() time.Time      // nil means time.Now
}

// Calibrate has the suite's judges score the labelled answers and compares them with the labels, metric by
// metric in the suite's order. When ctx ends, or a judge cannot be asked again (a key that is refused), it
// fails; other failures of a judge are counted as unscored. Mistakes in the labels are *diag.Error.
func Calibrate(ctx context.Context, s *Suite, cfg CalibrateConfig) ([]*Calibration, error) {
	items, err := labelled(s, cfg)
	if err != nil {
		return nil, err
	}
	cfg.Tools.Dir = s.Dir
	for _, m := range s.Metrics {
		if slices.ContainsFunc(items, func(i *item) bool { return i.metric == m }) {
			if err := m.Bind(cfg.Tools); err != nil {
				return nil, placed(err, s.File)
			}
		}
	}
	if err := verdicts(ctx, cfg, items); err != nil {
		return nil, err
	}
	var out []*Calibration
	for _, m := range s.Metrics {
		own := slices.DeleteFunc(slices.Clone(items), func(i *item) bool { return i.metric != m })
		if len(own) > 0 {
			out = append(out, calibration(s, m, own, cfg))
		}
	}
	return out, nil
}

// item is a label with what it is about.
type item struct {
	Label
	metric *score.Metric
	sample *score.Sample
	said   []score.Outcome // one for each repeat
}

// labelled finds the metric, the case and the answer of each label.
func labelled(s *Suite, cfg CalibrateConfig) ([]*item, error) {
	at := func(l Label, format string, args ...any) *diag.Error {
		return diag.At(cfg.Labels.File, l.line, 0, format, args...)
	}
	cases, ids, err := casesByID(s)
	if err != nil {
		return nil, err
	}
	outputs, err := outputsOf(cfg.Run)
	if err != nil {
		return nil, err
	}
	var items []*item
	seen := map[string]int{}
	kinds := map[*score.Metric]string{}
	for _, l := range cfg.Labels.List {
		m, err := s.judged(l.Metric)
		if err != nil {
			return nil, at(l, "%w", err).WithHint("%s", diag.HintOf(err))
		}
		c := cases[l.Case]
		if c == nil {
			return nil, at(l, "the suite %s has no case %q", s.Name, l.Case).WithHint("%s", diag.DidYouMean(l.Case, ids))
		}
		if l.Output == nil {
			text, ok := outputs[answerID{l.Case, l.Repeat}]
			switch {
			case cfg.Run == "":
				return nil, at(l, "the label has no output").WithHint("give the labels their outputs, or name the run that was labelled: --run RUN")
			case !ok:
				return nil, at(l, "the run %s has no answer to case %q", filepath.Base(cfg.Run), l.Case)
			}
			l.Output = &text
		}
		if kinds[m] == "" {
			kinds[m] = l.kind()
		}
		if kinds[m] != l.kind() {
			return nil, at(l, "the label has a %s, the ones of %s before it a %s", l.kind(), m.Name, kinds[m]).
				WithHint("the labels of a metric are all of one kind")
		}
		key := strings.Join([]string{m.Name, l.Case, *l.Output}, "\x00")
		if line, twice := seen[key]; twice {
			return nil, at(l, "this answer to case %q is labelled in line %d already", l.Case, line)
		}
		seen[key] = l.line
		sample := c.Sample(*l.Output, nil, nil)
		items = append(items, &item{Label: l, metric: m, sample: sample, said: make([]score.Outcome, max(1, cfg.Repeats))})
	}
	return items, nil
}

func (l *Label) kind() string {
	switch {
	case l.Pass != nil:
		return "pass"
	case l.Label != nil:
		return "label"
	}
	return "score"
}

// judged finds a metric with a judge by its name; "" is the only one.
func (s *Suite) judged(name string) (*score.Metric, error) {
	var judges []*score.Metric
	var names []string
	for _, m := range s.Metrics {
		if m.Judged() {
			judges, names = append(judges, m), append(names, m.Name)
		}
		if m.Name == name && !m.Judged() {
			return nil, diag.Errorf("the metric %s is computed, not judged, so there is nothing to calibrate", name)
		}
	}
	switch i := slices.Index(names, name); {
	case i >= 0:
		return judges[i], nil
	case len(judges) == 0:
		return nil, diag.Errorf("the suite %s has no judge", s.Name).WithHint("add a scorer of type judge to %s", s.File)
	case name == "" && len(judges) == 1:
		return judges[0], nil
	case name == "":
		return nil, diag.Errorf("the label names no metric, and the suite has %d judges", len(judges)).WithHint("judges: %s", strings.Join(names, ", "))
	}
	return nil, diag.Errorf("the suite %s has no judge %q", s.Name, name).
		WithHint("%s", cmp.Or(diag.DidYouMean(name, names), "judges: "+strings.Join(names, ", ")))
}

func casesByID(s *Suite) (byID map[string]*Case, ids []string, err error) {
	byID = map[string]*Case{}
	for c, err := range s.All() {
		if err != nil {
			return nil, nil, err
		}
		byID[c.ID] = c
		ids = append(ids, c.ID)
	}
	return byID, ids, nil
}

type answerID struct {
	id     string
	repeat int
}

// outputsOf reads the whole answers of a run; none for "".
func outputsOf(run string) (map[answerID]string, error) {
	out := map[answerID]string{}
	if run == "" {
		return out, nil
	}
	if _, err := ReadInfo(run); err != nil {
		return nil, err
	}
	for rec, err := range Records(run) {
		if err != nil {
			return nil, err
		}
		if rec.Error == nil {
			out[answerID{rec.Case, rec.Repeat}] = rec.Output
		}
	}
	return out, nil
}

// verdicts asks the judges.
func verdicts(ctx context.Context, cfg CalibrateConfig, items []*item) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	type job struct {
		*item
		repeat int
	}
	jobs := make(chan job)
	total := len(items) * max(1, cfg.Repeats)
	var mu sync.Mutex // of done and Progress
	done := 0
	var workers sync.WaitGroup
	for range min(cmp.Or(max(0, cfg.Concurrency), defaultConcurrency), total) {
		workers.Go(func() {
			for j := range jobs {
				sample := *j.sample
				sample.Repeat = j.repeat
				o := j.metric.Score(ctx, &sample)
				if engine.EndsRun(o.Err) {
					cancel(o.Err)
				}
				j.said[j.repeat] = o
				mu.Lock()
				done++
				if cfg.Progress != nil {
					cfg.Progress(done, total)
				}
				mu.Unlock()
			}
		})
	}
	for n := 0; n < total && ctx.Err() == nil; n++ {
		select {
		case jobs <- job{items[n/max(1, cfg.Repeats)], n % max(1, cfg.Repeats)}:
		case <-ctx.Done():
		}
	}
	close(jobs)
	workers.Wait()
	return context.Cause(ctx)
}
