package ledger

import (
	"errors"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Record is one call to a model. Fields that nothing is known of are zero.
type Record struct {
	TraceID      string    // required, and no other call's: a ULID sorts by time
	Parent       string    // trace id of the call that this one is a part of: a judge's, a summary's
	Time         time.Time // when the call started
	Tenant       string
	Project      string // whose budget it counts against, beside the tenant's
	KeyName      string // which key was used, by its name or variable; never the key
	Conversation string
	Unit         string // who the call was for, as engine.Call.Unit
	Source       Source
	RunID        string // the eval run or the batch
	CaseID       string // the eval case or the batch record
	Repeat       int
	Tags         []string // the caller's own labels

	ModelAsked    string // the reference that the caller gave: "openai/gpt-4o"
	Ref           string // the reference of who answered in its place, as the configuration has it; "" means that the other fields tell
	Provider      string // who answered: "openai"
	ModelAnswered string // the model that the provider says answered: "gpt-4o-2024-08-06"

	Prompt       string // the prompt's name; "" for a call without one
	Version      string
	PromptSHA256 string
	Experiment   string // which experiment chose the version; the version is the arm

	Usage       *llm.Usage // nil means unknown
	UsageSource string     // UsageEstimated, or "" when the provider told the usage or nobody did
	Cost        *llm.Money // nil means that the price is unknown
	CostNote    string     // what has changed Cost since: "repriced at 2026-09-01"
	Cache       string     // CacheHit, CacheMiss, or "" when our own cache was not asked
	SavedCost   *llm.Money // what an answer from the cache would have cost; nil means none or unknown

	Route          string   // the routing rule that chose the model
	RouteReason    string   // why it did: "complexity simple", "tag summary"
	FallbackFrom   []string // the models that failed before the one that answered, or all of several where none did, in their order
	FallbackReason string   // why each of them was left: "openai/gpt-4o: rate limit; azure/gpt-4o: server"; of an answer that was thrown away, why
	Cut            string   // what of the messages was left out to fit the context window: "truncate_oldest: 4 messages, 2310 tokens"
	Passed         *bool    // of an eval's answer: whether it passed its case; nil means not judged. SetPassed sets it

	TTFT            time.Duration // 0 when nothing was streamed
	Total           time.Duration
	TokensPerSecond *float64 // nil means unknown
	FinishReason    llm.FinishReason
	Status          Status
	ErrorKind       llm.ErrorKind
	Attempts        int
	RequestHash     string

	// Messages, Output and Vars are kept as Options.Texts says. Read from the ledger they are as they were
	// kept, and with TextsHashed only their hashes are there.
	Messages   []llm.Message
	Output     []llm.Part
	Vars       map[string]any // what the prompt's variables were; not kept hashed
	Kept       Texts          // set by Get and Each: how the texts were kept
	TextHashes Hashes         // set by Get and Each
}

// The values of Record.UsageSource and Record.Cache that are not "".
const (
	UsageEstimated = "estimated" // counted here, because the provider did not say
	CacheHit       = "hit"
	CacheMiss      = "miss"
)

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
// a fallback the one that answered.
func (r *Record) Model() string {
	if r.Ref != "" {
		return r.Ref
	}
	asked, _, _ := strings.Cut(r.ModelAsked, "/")
	if r.Provider == "" || r.Provider == asked && (len(r.FallbackFrom) == 0 || r.ModelAnswered == "") {
		return r.ModelAsked
	}
	return r.Provider + "/" + r.ModelAnswered
}

// unanswered tells that nothing came that a provider would charge for, as far as we know.
func (r *Record) unanswered() bool { return r.Status == Failed || r.Status == Canceled }
