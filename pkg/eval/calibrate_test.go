package eval

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/score"
)

const judgedSuite = "cases: cases.jsonl\nscorers:\n  - {name: helpful/very, type: judge, criteria: be good}\n"

// judgeTools bind judges that answer by a func of the answer's block.
func judgeTools(answer func(shown string, repeat int) (string, error)) score.Tools {
	return score.Tools{
		Prompt: func(ref, _ string) (score.Judge, error) {
			v, err := score.FindPrompt(nil, ref)
			return score.Judge{Prompt: v, Model: "test/judge"}, err
		},
		Judge: func(_ context.Context, a score.Ask) (*score.Reply, error) {
			text, err := answer(fmt.Sprint(a.Vars["answer"]), a.Repeat)
			if err != nil {
				return nil, err
			}
			return &score.Reply{Response: answering(text)}, nil
		},
	}
}

func labelsFile(t *testing.T, lines ...string) *Labels {
	t.Helper()
	path := filepath.Join(t.TempDir(), "labels.jsonl")
	writeFile(t, path, strings.Join(lines, "\n"))
	l, err := ReadLabels(path)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestCalibration(t *testing.T) {
	s := mustSuite(t, map[string]string{"suite.yaml": judgedSuite, "cases.jsonl": `{"id": "a", "input": "q"}` + "\n"})
	var lines []string
	for i := range 40 {
		lines = append(lines, fmt.Sprintf(`{"case": "a", "output": "answer %d %s", "pass": %t}`, i, []string{"good", "bad"}[i%2], i%2 == 0))
	}
	tools := judgeTools(func(shown string, repeat int) (string, error) {
		switch {
		case strings.Contains(shown, "answer 3 "):
			return "?", nil
		case strings.Contains(shown, "answer 5 ") && repeat == 1:
			return `{"score": 5}`, nil
		case strings.Contains(shown, "good"):
			return `{"score": 5}`, nil
		}
		return `{"score": 1}`, nil
	})
	list, err := Calibrate(t.Context(), s, CalibrateConfig{Labels: labelsFile(t, lines...), Tools: tools, Repeats: 2})
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	c := list[0]
	if c.N != 39 || c.Unscored != 1 || c.Agreement.Count != 39 || *c.Kappa != 1 || c.RepeatFlips.Count != 1 || c.PositionFlips != nil || c.Judges.Calls != 80 {
		t.Errorf("%+v, kappa %v", c, *c.Kappa)
	}
	if _, err := ReadCalibration(s.Dir, c.Metric); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("before it is kept: %v", err)
	}
	if err := c.Write(s.Dir); err != nil {
		t.Fatal(err)
	}
	read, err := ReadCalibration(s.Dir, "helpful/very")
	if err != nil || read.MetricHash != c.MetricHash || c.MetricHash != s.Metrics[0].Hash || *read.Kappa != 1 || read.Judge.Model != "test/judge" {
		t.Errorf("%+v, %v", read, err)
	}
	run := Info{Metrics: []MetricID{{Name: "helpful/very", Hash: c.MetricHash}}}
	if why := Doubt(s.Dir, run, "helpful/very", 1, 30); why != "" {
		t.Error(why)
	}
	run.Metrics[0].Hash = "another"
	if why := Doubt(s.Dir, run, "helpful/very", 0, 30); why != "the judge has changed since it was calibrated" {
		t.Error("a calibration vouches for another judge")
	}
	writeFile(t, CalibrationFile(s.Dir, "torn"), `{"schema":`)
	if _, err := ReadCalibration(s.Dir, "torn"); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a torn file: %v", err)
	}
	if entries, err := os.ReadDir(filepath.Join(s.Dir, "calibration")); err != nil || len(entries) != 2 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestCalibrationHolds(t *testing.T) {
	kappa := 0.6
	whole := Calibration{MetricHash: "h", N: 30, Kappa: &kappa}
	for name, c := range map[string]struct {
		change func(*Calibration)
		want   string
	}{
		"holds":       {func(*Calibration) {}, ""},
		"changed":     {func(c *Calibration) { c.MetricHash = "g" }, "has changed"},
		"few labels":  {func(c *Calibration) { c.N = 29 }, "29 labels, and 30 are asked for"},
		"no kappa":    {func(c *Calibration) { c.Kappa = nil }, "all verdicts are the same"},
		"small kappa": {func(c *Calibration) { low := 0.59; c.Kappa = &low }, "kappa is 0.59, below 0.6"},
	} {
		t.Run(name, func(t *testing.T) {
			c2 := whole
			c.change(&c2)
			if got := c2.Holds("h", 0.6, 30); !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// All verdicts the same: raw agreement is whole, and kappa is not made up.
func TestCalibrationOfOneKind(t *testing.T) {
	s := mustSuite(t, map[string]string{"suite.yaml": judgedSuite, "cases.jsonl": `{"id": "a", "input": "q"}` + "\n"})
	tools := judgeTools(func(string, int) (string, error) { return `{"score": 5}`, nil })
	list, err := Calibrate(t.Context(), s, CalibrateConfig{Tools: tools, Labels: labelsFile(t, `{"case": "a", "output": "x", "pass": true}`, `{"case": "a", "output": "y", "pass": true}`)})
	if err != nil || list[0].Kappa != nil || list[0].Agreement.Share != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
}

func TestCalibrateStopsAtRefusal(t *testing.T) {
	s := mustSuite(t, map[string]string{"suite.yaml": judgedSuite, "cases.jsonl": `{"id": "a", "input": "q"}` + "\n"})
	tools := judgeTools(func(string, int) (string, error) { return "", &llm.Error{Kind: llm.KindAuth} })
	_, err := Calibrate(t.Context(), s, CalibrateConfig{Tools: tools, Labels: labelsFile(t, `{"case": "a", "output": "x", "pass": true}`, `{"case": "a", "output": "y", "pass": true}`)})
	if !errors.Is(err, llm.ErrAuth) {
		t.Errorf("error %v", err)
	}
}

// A judge that goes down in the middle of a run leaves the rest unscored, and the run is not valid. One that
// is refused ends the run, and the answer is scored when the run goes on.
func TestJudgeOutageInARun(t *testing.T) {
	var cases strings.Builder
	for i := range 20 {
		fmt.Fprintf(&cases, "{\"id\": \"c%02d\", \"input\": \"q %d\"}\n", i, i)
	}
	s := mustSuite(t, map[string]string{"suite.yaml": judgedSuite + "concurrency: 1\n", "cases.jsonl": cases.String()})
	asked, kind := 0, llm.KindServer
	tools := judgeTools(func(string, int) (string, error) {
		if asked++; asked > 10 {
			return "", &llm.Error{Kind: kind}
		}
		return `{"score": 5}`, nil
	})
	cfg := Config{Caller: always("fine"), Tools: tools, Root: t.TempDir()}
	out, err := Run(t.Context(), s, cfg)
	if err != nil || out.Result.Valid || out.Result.Metrics[0].N != 10 || out.Result.Metrics[0].Unscored != 10 || *out.Result.Metrics[0].Mean != 1 || out.Result.Judges.Calls != 10 {
		t.Fatalf("%+v, %v", out.Result, err)
	}
	asked, kind = 0, llm.KindAuth
	out, err = Run(t.Context(), s, cfg)
	if !errors.Is(err, llm.ErrAuth) || out.Result.Metrics[0].N != 10 || out.Result.Metrics[0].Unscored != 0 {
		t.Fatalf("%+v, %v", out.Result, err)
	}
	asked = -1000
	cfg.Resume = out.Info.ID
	out, err = Run(t.Context(), s, cfg)
	if err != nil || !out.Result.Valid || out.Result.Metrics[0].N != 20 || out.Result.Judges.Calls != 20 {
		t.Fatalf("%+v, %v", out.Result, err)
	}
}

// A case's own judge is bound too, and its prompt is part of the case's hash.
func TestCaseJudge(t *testing.T) {
	s := mustSuite(t, map[string]string{
		"suite.yaml":  "cases: cases.jsonl\n",
		"cases.jsonl": `{"id": "a", "input": "q", "scorers": [{"type": "judge", "criteria": "be good"}]}` + "\n",
	})
	hash := func() (hash string) {
		for c, err := range s.All() {
			if err != nil {
				t.Fatal(err)
			}
			hash = c.Hash
		}
		return hash
	}
	unbound := hash()
	tools := judgeTools(func(string, int) (string, error) { return `{"score": 5}`, nil })
	out, err := Run(t.Context(), s, Config{Caller: always("fine"), Tools: tools, Root: t.TempDir()})
	if err != nil || *out.Result.Metrics[0].Mean != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	if hash() == unbound {
		t.Error("the judge's prompt is not in the case's hash")
	}
	if _, err := Run(t.Context(), s, Config{Caller: always("fine"), Root: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "there is none here") {
		t.Errorf("without tools: %v", err)
	}
}

func FuzzParseLabel(f *testing.F) {
	for _, s := range []string{`{"case": "a", "pass": true}`, `{"case": 1}`, `[]`, `{"case": "a", "score": 1e999}`, "{", `{"case":"a","pass":true} x`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if l, err := parseLabel(text); err == nil && (l.Case == "" || l.kind() == "") {
			t.Errorf("%q gives %+v", text, l)
		}
	})
}
