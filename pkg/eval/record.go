package eval

import (
	"cmp"
	"encoding/json"
	"errors"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/score"
)

// Record is a line of a run's cases.jsonl: one answer and its scores.
type Record struct {
	Seq    int    `json:"seq"` // its place in the run: the case's number times the repeats, plus the repeat
	Case   string `json:"case"`
	Repeat int    `json:"repeat,omitempty"` // from 0
	Hash   string `json:"hash"`             // of the case

	Output       string            `json:"output"`
	Parts        []llm.Part        `json:"parts,omitempty"` // where the answer is more than its text
	FinishReason llm.FinishReason  `json:"finish_reason,omitempty"`
	Model        string            `json:"model,omitempty"`
	llm.StandIn                    // who answered in place of the model under test; absent where nobody did
	Cut          *engine.Shortened `json:"cut,omitempty"` // what was left out to fit the context window; absent when nothing was
	Scores       map[string]Score  `json:"scores"`        // by metric; no entry where the metric does not apply
	Error        *Failure          `json:"error,omitempty"`

	Usage    *llm.Usage  `json:"usage"`            // null means unknown
	Cost     *llm.Money  `json:"cost_usd"`         // null means unpriced
	Judges   *score.Bill `json:"judges,omitempty"` // the scorers' own calls; Usage and Cost are without them
	Latency  Millis      `json:"latency_ms"`
	TTFT     Millis      `json:"ttft_ms,omitempty"`
	Attempts int         `json:"attempts,omitempty"`
	TraceID  string      `json:"trace_id,omitempty"`

	Expected json.RawMessage `json:"expected,omitempty"`
	Intent   string          `json:"expected_intent,omitempty"`
	Tags     []string        `json:"tags,omitempty"`
	Cluster  string          `json:"cluster,omitempty"`
	Weight   *float64        `json:"weight,omitempty"` // nil means 1
	Required bool            `json:"required,omitempty"`
}

// Score is an outcome as it is kept. Value is null where Unscored says why.
type Score struct {
	Value    *float64 `json:"value"`
	Pass     bool     `json:"pass"`
	Why      string   `json:"why,omitempty"`
	Unscored string   `json:"unscored,omitempty"`
	Label    string   `json:"label,omitempty"`    // a judge's own word: its grade, choice or label
	Compared bool     `json:"compared,omitempty"` // a judge saw two answers, in both orders
	Flipped  bool     `json:"flipped,omitempty"`  // and its verdict changed with that
}

// Failure is why there is no answer, or no whole one.
type Failure struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

// Millis is a duration that JSON holds as milliseconds.
type Millis time.Duration

// MarshalJSON writes milliseconds, to the microsecond.
func (m Millis) MarshalJSON() ([]byte, error) {
	return json.Marshal(float64(time.Duration(m).Round(time.Microsecond)) / 1e6)
}

// UnmarshalJSON reads milliseconds.
func (m *Millis) UnmarshalJSON(b []byte) error {
	var ms float64
	if err := json.Unmarshal(b, &ms); err != nil {
		return err
	}
	*m = Millis(ms * 1e6)
	return nil
}

// Passed tells whether the answer is whole, a model's, and passes every metric that applies. What is unscored has
// not passed.
func (r *Record) Passed() bool {
	if r.Error != nil || r.Static() {
		return false
	}
	for _, s := range r.Scores {
		if s.Unscored != "" || !s.Pass {
			return false
		}
	}
	return true
}

func newRecord(c *Case, repeat, seq int) *Record {
	r := &Record{
		Seq: seq, Case: c.ID, Repeat: repeat, Hash: c.Hash, Expected: c.Expected, Intent: c.ExpectedIntent,
		Tags: c.Tags, Cluster: c.Cluster, Required: c.Required, Scores: map[string]Score{},
	}
	if c.Weight != 1 {
		r.Weight = &c.Weight
	}
	return r
}

// answer takes over what the engine knows. A part of an answer is kept with the error.
func (r *Record) answer(res *engine.Result, err error) {
	if res != nil {
		r.Cost, r.TraceID, r.Latency, r.Cut = res.Cost, res.TraceID, Millis(res.Latency), res.Shortened()
		if resp := res.Response; resp != nil {
			r.Output, r.FinishReason, r.Model = resp.Text(), resp.FinishReason, resp.Model
			r.StandIn = resp.StandIn()
			r.Usage, r.TTFT, r.Attempts = resp.Usage, Millis(resp.Timing.TTFT), resp.Attempts
			if r.Latency == 0 {
				r.Latency = Millis(resp.Timing.Total)
			}
			if !llm.OnlyText(resp.Parts) {
				r.Parts = resp.Parts
			}
		}
	}
	if err == nil && (res == nil || res.Response == nil) {
		err = errors.New("the engine gave no answer")
	}
	if err != nil {
		r.Error = &Failure{engine.FailureType(err), err.Error()}
	}
}

func newScore(o score.Outcome) Score {
	if o.Unscored != "" {
		return Score{Unscored: o.Unscored}
	}
	return Score{Value: &o.Value, Pass: o.Pass, Why: o.Why, Label: o.Label, Compared: o.Compared, Flipped: o.Flipped}
}

// outcome is what the scorer said, as far as it was kept.
func (s Score) outcome() score.Outcome {
	if s.Value == nil {
		return score.Outcome{Unscored: cmp.Or(s.Unscored, "no value was kept")}
	}
	return score.Outcome{Value: *s.Value, Pass: s.Pass, Why: s.Why, Label: s.Label, Compared: s.Compared, Flipped: s.Flipped}
}

// unscored tells whether a metric that applies gave no value.
func (r *Record) unscored() bool {
	for _, s := range r.Scores {
		if s.Value == nil {
			return true
		}
	}
	return false
}

// judged adds what a scorer's own calls took.
func (r *Record) judged(b *score.Bill) {
	if b == nil {
		return
	}
	if r.Judges == nil {
		r.Judges = new(score.Bill)
	}
	r.Judges.Add(b)
}
