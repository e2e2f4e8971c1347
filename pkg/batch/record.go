package batch

import (
	"bytes"
	"encoding/json"
	"errors"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Record is a line of the output: the answer to the input record of the same id, or why there is none.
type Record struct {
	ID           string            `json:"id"`
	Output       string            `json:"output"`
	Parts        []llm.Part        `json:"parts,omitempty"` // where the answer is more than its text
	FinishReason llm.FinishReason  `json:"finish_reason"`
	Model        string            `json:"model"` // that answered, as the provider calls it
	llm.StandIn                    // who answered in place of the model that was asked; absent where nobody did
	Cut          *engine.Shortened `json:"cut,omitempty"` // what was left out to fit the context window; absent when nothing was
	Usage        *llm.Usage        `json:"usage"`         // null means unknown
	Cost         *llm.Money        `json:"cost_usd"`      // null means unpriced
	Latency      float64           `json:"latency_ms"`
	TTFT         float64           `json:"ttft_ms,omitempty"`
	Attempts     int               `json:"attempts"` // 0: nothing was sent
	Error        *Failure          `json:"error"`
	TraceID      string            `json:"trace_id,omitempty"`
	Hash         string            `json:"hash"` // of the settings and of the input record
}

// Failure is why there is no answer, or no whole one.
type Failure struct {
	Type    string `json:"type"` // an llm.ErrorKind, "input" or "error"
	Message string `json:"message"`
}

func newRecord(id, hash string, res *engine.Result, err error) *Record {
	r := &Record{ID: id, Hash: hash}
	if res != nil {
		r.Cost, r.TraceID, r.Latency, r.Cut = res.Cost, res.TraceID, millis(res.Latency), res.Shortened()
		if resp := res.Response; resp != nil {
			r.Output, r.FinishReason, r.Model = resp.Text(), resp.FinishReason, resp.Model
			r.StandIn = resp.StandIn()
			r.Usage, r.TTFT, r.Attempts = resp.Usage, millis(resp.Timing.TTFT), resp.Attempts
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
	return r
}

// line is the record as it stands in a file, without the line's end.
func (r *Record) line() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // for readers
	err := enc.Encode(r)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// millis is a duration in milliseconds, to the microsecond.
func millis(d time.Duration) float64 { return float64(d.Round(time.Microsecond)) / 1e6 }
