package ledger

import (
	"errors"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Record is one call to a model.
type Record struct {
	TraceID      string    // required, and no other call's: a ULID sorts by time
	Time         time.Time // when the call started
	Tenant       string
	Conversation string
	Source       Source
	RunID        string // the eval run or the batch
	CaseID       string // the eval case or the batch record
	Repeat       int

	ModelAsked    string // the reference that the caller gave: "openai/gpt-4o"
	Provider      string // who answered: "openai"
	ModelAnswered string // the model that the provider says answered: "gpt-4o-2024-08-06"

	Prompt       string // the prompt's name; "" for a call without one
	Version      string
	PromptSHA256 string

	Usage          *llm.Usage // nil means unknown
	UsageEstimated bool       // Usage was counted here, because the provider did not say
	Cost           *llm.Money // nil means that the price is unknown
	Cached         bool       // the answer came from our own cache
	Saved          *llm.Money // what a cached answer would have cost

	TTFT            time.Duration // 0 when nothing was streamed
	Total           time.Duration
	TokensPerSecond *float64 // nil means unknown
	FinishReason    llm.FinishReason
	Status          Status
	ErrorKind       llm.ErrorKind
	Attempts        int
	RequestHash     string

	// Messages and Output are kept as Options.Texts says. Read from the ledger they are as they were
	// kept, and with TextsHashed only their hashes are there.
	Messages   []llm.Message
	Output     []llm.Part
	Kept       Texts  // set by Get and Each: how the texts were kept
	TextHashes Hashes // set by Get and Each
}

// Hashes are the sha256, in hex, of the texts' JSON.
type Hashes struct{ Messages, Output string }

// Source is the way in that a call took.
type Source string

// The ways in.
const (
	FromChat   Source = "chat"
	FromEval   Source = "eval"
	FromBatch  Source = "batch"
	FromServer Source = "server"
	FromJudge  Source = "judge" // a scorer's question about an answer
)

// Status says how a call ended.
type Status string

// The ends of a call. Incomplete and Canceled may have a part of an answer in Output.
const (
	OK         Status = "ok"
	Incomplete Status = "incomplete" // the answer broke off
	Failed     Status = "error"
	Canceled   Status = "canceled" // the caller stopped it before anything came
)

func (r *Record) check() error {
	switch {
	case r.TraceID == "":
		return errors.New("ledger: a record needs a trace id")
	case r.Time.IsZero():
		return errors.New("ledger: a record needs the time of its call")
	}
	switch r.Status {
	case OK, Incomplete, Failed, Canceled:
		return nil
	}
	return errors.New("ledger: a record's status is ok, incomplete, error or canceled")
}

// Model is the reference of the model that the call is counted under: the one that was asked for, or after
// a fallback to another provider the one that answered.
func (r *Record) Model() string {
	asked, _, _ := strings.Cut(r.ModelAsked, "/")
	if r.Provider == "" || r.Provider == asked {
		return r.ModelAsked
	}
	return r.Provider + "/" + r.ModelAnswered
}

// unanswered tells that nothing came that a provider would charge for, as far as we know.
func (r *Record) unanswered() bool { return r.Status == Failed || r.Status == Canceled }
