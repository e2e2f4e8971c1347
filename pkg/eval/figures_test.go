package eval

import (
	"encoding/json"
	"testing"
)

// figures sums up a run of one metric from its records.
func figures(repeat int, records ...*Record) Result {
	info := Info{Cases: len(records) / repeat, Repeat: repeat, Status: StatusComplete, Metrics: []MetricID{{Name: "m"}}}
	t := newTally(info)
	for i, r := range records {
		r.Seq = i
		t.add(r)
	}
	return t.result(info, 0.05)
}

func valued(v float64) *Record {
	return &Record{Case: "c", Scores: map[string]Score{"m": {Value: &v, Pass: v == 1}}}
}

func TestTagWrittenTwiceIsOne(t *testing.T) {
	twice, once := valued(1), valued(0)
	twice.Tags, once.Tags = []string{"a", "a"}, []string{"a"}
	s := figures(1, twice, once).Slices[0]
	if m := s.Metrics[0]; s.Cases != 2 || m.N != 2 || *m.Mean != 0.5 {
		t.Errorf("%d cases, n %d, mean %v", s.Cases, m.N, *m.Mean)
	}
}

// A few cases that all pass say little about the others, whatever their weights, clusters and repeats.
func TestIntervalOfWhatDoesNotVary(t *testing.T) {
	for name, c := range map[string]struct {
		repeat int
		change func(i int, r *Record)
	}{
		"plain":       {1, func(int, *Record) {}},
		"one weight":  {1, func(_ int, r *Record) { w := 2.0; r.Weight = &w }},
		"weighted":    {1, func(i int, r *Record) { w := float64(i + 1); r.Weight = &w }},
		"clustered":   {1, func(i int, r *Record) { r.Cluster = string(rune('a' + i/2)) }},
		"in repeats":  {2, func(i int, r *Record) { r.Repeat = i % 2 }},
		"with a zero": {1, func(i int, r *Record) { w := float64(i); r.Weight = &w }},
	} {
		t.Run(name, func(t *testing.T) {
			var records []*Record
			for i := range 6 {
				r := valued(1)
				c.change(i, r)
				records = append(records, r)
			}
			m := figures(c.repeat, records...).Metrics[0]
			if m.CI95 == nil || m.CI95[0] > 0.75 || m.CI95[1] != 1 {
				t.Errorf("6 passes: %v", m.CI95)
			}
		})
	}
}

// Graded scores that do not vary say no more than passes that do not; of measurements nothing says how much they could.
func TestIntervalOfGradesThatDoNotVary(t *testing.T) {
	six := func(v float64) []*Record {
		var records []*Record
		for range 6 {
			records = append(records, valued(v))
		}
		return records
	}
	m := figures(1, six(0.5)...).Metrics[0]
	if m.CI95 == nil || m.CI95[0] > 0.35 || m.CI95[1] < 0.65 || m.CI95[0] < 0 || m.CI95[1] > 1 {
		t.Errorf("6 times 0.5: %v", m.CI95)
	}
	if m := figures(1, six(17)...).Metrics[0]; m.CI95 != nil {
		t.Errorf("6 times 17: %v", *m.CI95)
	}
	info := Info{Cases: 6, Repeat: 1, Status: StatusComplete, Metrics: []MetricID{{Name: "m", Unit: "tokens"}}}
	tokens := newTally(info)
	for i, r := range six(1) {
		r.Seq = i
		tokens.add(r)
	}
	if m := tokens.result(info, 0.05).Metrics[0]; m.CI95 != nil {
		t.Errorf("6 times one token: %v", *m.CI95)
	}
}

// Values past what can be added up have no mean, and a result with them can still be written.
func TestValuesWithoutAMean(t *testing.T) {
	for _, v := range []float64{1.7e308, 1e200} {
		r := figures(1, valued(v), valued(v), valued(-v/2))
		if _, err := json.Marshal(r); err != nil {
			t.Errorf("%v: %v", v, err)
		}
	}
}

// A run that is resumed stays the cell of its matrix, and the copy of the run whose answers it has.
func TestResumeKeepsWhereTheRunBelongs(t *testing.T) {
	s := mustSuite(t, map[string]string{suiteName: "cases: c.jsonl\nscorers: [{type: exact}]\n", "c.jsonl": numbered(2)})
	cfg := Config{Root: t.TempDir(), Caller: always("x")}
	out, err := Run(t.Context(), s, cfg)
	if err != nil {
		t.Fatal(err)
	}
	out.Info.Matrix, out.Info.RescoredOf = &MatrixID{ID: "m", Cells: []Cell{{Name: "a"}}}, "other"
	if err := writeInfo(out.Dir, out.Info); err != nil {
		t.Fatal(err)
	}
	cfg.Resume = out.Info.ID
	if out, err = Run(t.Context(), s, cfg); err != nil {
		t.Fatal(err)
	}
	info, err := ReadInfo(out.Dir)
	if err != nil || info.Matrix == nil || info.Matrix.ID != "m" || info.RescoredOf != "other" {
		t.Errorf("%v %+v", err, info)
	}
}

func TestInfiniteDefaultWeight(t *testing.T) {
	if _, err := suiteOf(t, map[string]string{suiteName: "cases: c.jsonl\ndefaults: {weight: .inf}\n", "c.jsonl": numbered(1)}); err == nil {
		t.Error("a weight without end is taken")
	}
}
