package estimate_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/estimate"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/pricing"
)

// The question is 7 tokens in o200k_base (the token ids are 4827 382 290 9029 328 10128 30), in a frame of
// four a message and three a request, as OpenAI's cookbook counts.
const question, questionTokens = "What is the capital of France?", 7 + 4 + 3

func TestAnswersUpToTheirLimit(t *testing.T) {
	e := newEstimator(t, nil)
	if err := e.Add(t.Context(), ask(question, 50)); err != nil {
		t.Fatal(err)
	}
	got := one(t, e)
	if diff := cmp.Diff(estimate.Band{Low: 0, Expected: 50, High: 50}, *got.Output); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
	want := &estimate.Cost{
		Low:      exact(t, questionTokens, 0, "0.15", "0.6"),
		Expected: exact(t, questionTokens, 50, "0.15", "0.6"),
		High:     exact(t, questionTokens, 50, "0.15", "0.6"),
	}
	if diff := cmp.Diff(want, got.Cost); diff != "" {
		t.Errorf("cost (-want +got):\n%s", diff)
	}
	if got.Predicted() {
		t.Error("a limit is no prediction")
	}
}

func TestAnswersOnRecord(t *testing.T) {
	var asked []estimate.Key
	e := newEstimator(t, func(c *estimate.Config) {
		c.Histories = []estimate.History{
			history(func(k estimate.Key) *estimate.Sample { asked = append(asked, k); return nil }),
			history(func(estimate.Key) *estimate.Sample { return sampleOf(10, 20, 30, 41) }), // mean 25.25, sd 13.275
		}
	})
	const calls = 400
	for range calls {
		if err := e.Add(t.Context(), ask(question, 100)); err != nil {
			t.Fatal(err)
		}
	}
	got := one(t, e)
	// The mean is not rounded a call: 400 × 25.25. t(97.5 %, 3 degrees) is 3.182 in every table.
	sd := math.Sqrt((15.25*15.25 + 5.25*5.25 + 4.75*4.75 + 15.75*15.75) / 3)
	width := int64(3.18244630528371 * sd * math.Sqrt(calls*(1+calls/4.)))
	if got.Output.Expected != calls*2525/100 {
		t.Errorf("expected %d output tokens; want %d", got.Output.Expected, calls*2525/100)
	}
	if low := got.Output.Expected - got.Output.Low; math.Abs(float64(low-width)) > 2 {
		t.Errorf("the low end is %d below; want %d", low, width)
	}
	if n := len(asked); n != 1 {
		t.Errorf("the history was asked %d times; want once", n)
	}
	wantLow := exact(t, calls*questionTokens, got.Output.Low, "0.15", "0.6")
	if off := got.Cost.Low - wantLow; off > calls || off < -calls { // the spread of cost is rounded
		t.Errorf("low cost %s; want %s", got.Cost.Low, wantLow)
	}
	if !got.Predicted() || got.Answers[0].Records != 4 {
		t.Errorf("answers: %+v", got.Answers)
	}
}

func TestSpreadStaysPossible(t *testing.T) {
	for name, c := range map[string]struct {
		outputs []int64
		limit   int
	}{
		"never below nothing":       {[]int64{1, 200}, 1000},
		"never above the limit":     {[]int64{90, 99}, 100},
		"a mean beyond the limit":   {[]int64{500, 700}, 100},
		"one answer alone":          {[]int64{40}, 100},
		"answers that don't differ": {[]int64{40, 40, 40}, 100},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEstimator(t, func(cfg *estimate.Config) {
				cfg.Histories = []estimate.History{history(func(estimate.Key) *estimate.Sample { return sampleOf(c.outputs...) })}
			})
			for range 3 {
				if err := e.Add(t.Context(), ask(question, c.limit)); err != nil {
					t.Fatal(err)
				}
			}
			b := one(t, e).Output
			if b.Low < 0 || b.Low > b.Expected || b.Expected > b.High || b.High > int64(3*c.limit) {
				t.Errorf("%+v", *b)
			}
		})
	}
}

func TestUnpricedIsNeverFree(t *testing.T) {
	for name, c := range map[string]struct {
		model, overrides string
		batch            bool
		want             string
	}{
		"not in the catalog":  {"ollama/llama3.2", "", false, "does not have it"},
		"no batch price":      {"my/gpt-4o", "my/gpt-4o: {input: 1, output: 2}", true, "no price for batches"},
		"no price for output": {"my/gpt-4o", "my/gpt-4o: {input: 1}", false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEstimator(t, func(cfg *estimate.Config) {
				cfg.Models, cfg.Options.Batch = []string{c.model}, c.batch
				if c.overrides != "" {
					cfg.Prices = prices(t, c.overrides)
				}
			})
			if err := e.Add(t.Context(), ask(question, 50)); err != nil {
				t.Fatal(err)
			}
			got := one(t, e)
			if got.Cost != nil || got.Unpriced == "" || !strings.Contains(got.Unpriced, c.want) {
				t.Errorf("cost %v, unpriced %q; want it to hold %q", got.Cost, got.Unpriced, c.want)
			}
		})
	}
}

func TestNothingIsKnownOfAnswers(t *testing.T) {
	e := newEstimator(t, func(cfg *estimate.Config) {
		cfg.Models, cfg.Prices = []string{"my/gpt-4o"}, prices(t, "my/gpt-4o: {input: 1, output: 2}")
	})
	if err := e.Add(t.Context(), ask(question, 0)); err != nil {
		t.Fatal(err)
	}
	if got := one(t, e); got.Output != nil || got.Cost != nil || got.Unpriced == "" {
		t.Errorf("output %v, cost %v, unpriced %q", got.Output, got.Cost, got.Unpriced)
	}
}

func TestDiscounts(t *testing.T) {
	e := newEstimator(t, func(cfg *estimate.Config) {
		cfg.CachedShare, cfg.OutputTokens, cfg.Options = 0.5, 10, pricing.Options{At: day}
	})
	if err := e.Add(t.Context(), ask(question, 50)); err != nil {
		t.Fatal(err)
	}
	want := exact(t, questionTokens/2, 10, "0.15", "0.6") + exact(t, questionTokens/2, 0, "0.075", "0.6")
	if got := one(t, e).Cost.Expected; got != want {
		t.Errorf("half from the cache: %s; want %s", got, want)
	}
}

func TestRetriesAreInTheHighEnd(t *testing.T) {
	tried := &estimate.Sample{Source: estimate.FromLedger}
	for _, attempts := range []int{1, 1, 2, 2} { // half a retry a call
		tried.Add(10, attempts)
	}
	e := newEstimator(t, func(cfg *estimate.Config) {
		cfg.Histories = []estimate.History{history(func(estimate.Key) *estimate.Sample { return tried })}
	})
	if err := e.Add(t.Context(), ask(question, 50)); err != nil {
		t.Fatal(err)
	}
	got := one(t, e)
	if got.Retries != 0.5 || got.Cost.Expected*3/2 != got.Cost.High {
		t.Errorf("retries %g, expected %s, high %s", got.Retries, got.Cost.Expected, got.Cost.High)
	}
	_, expected, _ := got.Duration(estimate.Limits{RequestsPerMinute: 1})
	if expected.Seconds() != 90 {
		t.Errorf("one call with half a retry takes %s at one request a minute", expected)
	}
}

func TestMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		model string
		call  estimate.Call
		want  string
	}{
		"no model":          {"", ask(question, 1), "no model is named"},
		"unknown tokenizer": {"openai/gpt4o-mini", ask(question, 1), "did you mean gpt-4o-mini"},
		"no message":        {"openai/gpt-4o", estimate.Call{}, "no message"},
		"no such prompt":    {"openai/gpt-4o", estimate.Call{Call: engine.Call{Prompt: "x"}}, "no prompt registry"},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEstimator(t, func(cfg *estimate.Config) {
				cfg.Models = nil
				cfg.Compose = estimate.Dry(engine.Config{Model: c.model})
			})
			err := e.Add(t.Context(), c.call)
			if err == nil || !strings.Contains(err.Error()+hint(err), c.want) {
				t.Errorf("got %v; want %q", err, c.want)
			}
		})
	}
}

func hint(err error) string {
	if h, ok := err.(interface{ Hint() string }); ok { //nolint:errorlint // the error is returned bare
		return " " + h.Hint()
	}
	return ""
}

func TestScale(t *testing.T) {
	c := &estimate.Cost{Low: 1, Expected: 10, High: 1 << 62}
	if got := c.Scale(1, 4); got.Low != 0 || got.Expected != 3 || got.High != 1<<60 {
		t.Errorf("a quarter: %+v", *got)
	}
	if got := c.Scale(4, 1); got != nil {
		t.Errorf("past the range of Money: %+v", *got)
	}
	if c.Scale(1, 0) != nil || (*estimate.Cost)(nil).Scale(1, 1) != nil {
		t.Error("no calls and no cost have no scale")
	}
}

func TestCorrectionOfEstimates(t *testing.T) {
	add := func(factor float64) estimate.Estimate {
		e := newEstimator(t, func(cfg *estimate.Config) {
			cfg.Models = []string{"anthropic/claude-haiku-4-5"}
			cfg.Inputs = func(string) float64 { return factor }
		})
		if err := e.Add(t.Context(), ask(strings.Repeat(question, 100), 1)); err != nil {
			t.Fatal(err)
		}
		return one(t, e)
	}
	plain, corrected := add(0), add(1.5)
	if got, want := corrected.Input.Expected, int64(math.Round(1.5*float64(plain.Input.Expected))); got != want {
		t.Errorf("corrected to %d; want %d", got, want)
	}
	dir := t.TempDir()
	run := dir + "/20260101-000000-aaaaaa"
	mkdir(t, run)
	actual := llm.Money(5)
	kept := corrected.Settle(1, &llm.Usage{UncachedInput: 2 * plain.Input.Expected}, &actual)
	if err := kept.Write(run); err != nil {
		t.Fatal(err)
	}
	past, err := estimate.Past(dir)
	if err != nil || len(past) != 1 {
		t.Fatalf("%d kept, %v", len(past), err)
	}
	if diff := cmp.Diff(kept, past[0]); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	if got := estimate.Correction(past, "anthropic/claude-haiku-4-5"); math.Abs(got-2) > 0.001 { // of the count, not of the corrected one
		t.Errorf("correction %g; want 2", got)
	}
	if got := estimate.Correction(past, "anthropic/claude-sonnet-4-5"); got != 0 {
		t.Errorf("correction of another model: %g", got)
	}
}
