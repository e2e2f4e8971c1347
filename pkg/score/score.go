// Package score judges answers. A suite's scorers are built from its YAML into Metrics, and each Metric
// gives an Outcome for a Sample: a value, a pass or fail and the reason, or the reason why it could not
// be scored. An error is never a fail, and never a pass.
//
// Start with Metric, which decodes itself from YAML, or with Build. A new scorer is one file and one
// line in the list of kinds.go.
package score

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Scorer judges one sample. It is safe for concurrent use and does not change the sample.
type Scorer interface {
	Score(ctx context.Context, s *Sample) Outcome
}

// Sample is an answer with the case that it answers.
type Sample struct {
	ID       string
	TraceID  string         // of the call that gave the answer; "" where it is not known
	Repeat   int            // from 0
	Input    string         // the question, "" where the case has vars or messages instead
	Vars     map[string]any // what the prompt was rendered with
	Messages []llm.Message  // the case's own turns
	Output   string         // the answer's text

	Expected       []string // answers that are right; a case may accept several
	Intent, Tone   string   // expected_intent, expected_tone
	MustContain    []string
	MustNotContain []string
	Schema         json.RawMessage // nil means none
	Context        []string
	Refusal        *bool              // whether the answer should be a refusal; nil means that the case does not say
	Relevant       map[string]float64 // ids of the documents that are right, with their grades; nil means none given

	Retrieved []string      // ids of the documents that were found, best first; nil means unknown
	Response  *llm.Response // the whole answer; nil when scored from a file that holds the text only
	Cost      *llm.Money    // nil means unpriced
	Latency   time.Duration // as the caller measured it; 0 means what Response.Timing says
	// Scores holds what the metrics before this one gave, by name, for expr. The caller fills it in the
	// suite's order, with SetScore; nil means that none is known.
	Scores map[string]Outcome
}

// SetScore keeps a metric's outcome for those that come after it. A skipped one is not kept.
func (s *Sample) SetScore(name string, o Outcome) {
	if o.Skip {
		return
	}
	if s.Scores == nil {
		s.Scores = map[string]Outcome{}
	}
	s.Scores[name] = o
}

// Outcome is what a scorer says of a sample. Exactly one of three holds: it was scored (Value, Pass and
// Why count), Unscored says why it could not be, or Skip says that the scorer has nothing to do with
// the case (a case without must_contain, for contains).
type Outcome struct {
	Value    float64 // 0 to 1 for most scorers
	Pass     bool
	Why      string // one line for a reader; may hold model output and is not yet safe for a terminal
	Unscored string
	Skip     bool

	Label string // a judge's own word: its grade, choice or label; "" where there is none
	// Compared tells that a judge saw two answers in both orders, and Flipped that its verdict changed with that.
	Compared, Flipped bool

	Bill *Bill // of the scorer's own calls; nil when it made none
	Err  error // what kept a call of the scorer from being answered, with Unscored

	malformed bool // a fail that stays one when it is negated
	measured  bool // Value is a measurement with a unit: negating turns Pass round and leaves it
}

// Scored tells whether Value and Pass count.
func (o Outcome) Scored() bool { return o.Unscored == "" && !o.Skip }

// passed makes an Outcome of a yes or no: the value is 1 or 0.
func passed(ok bool, format string, args ...any) Outcome {
	o := Outcome{Pass: ok}
	if ok {
		o.Value = 1
		return o
	}
	o.Why = fmt.Sprintf(format, args...)
	return o
}

// unreadable fails an answer that has not the form that the scorer looks into.
func unreadable(err error) Outcome { return Outcome{Why: err.Error(), malformed: true} }

func unscored(format string, args ...any) Outcome {
	return Outcome{Unscored: fmt.Sprintf(format, args...)}
}

// checked turns a value that is no finite number into Unscored, so that it cannot poison a mean.
func checked(o Outcome) Outcome {
	if o.Scored() && (math.IsNaN(o.Value) || math.IsInf(o.Value, 0)) {
		bad := unscored("the scorer gave %v", o.Value)
		bad.Bill = o.Bill
		return bad
	}
	return o
}
