package engine

import (
	"time"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// Call is one question to the engine: a prompt of the registry with its variables, messages, or both.
type Call struct {
	// Prompt is a reference into the registry ("customer-support@^1.0"); "" means that
	// Request.Messages are the whole question. Version, when set, wins over Prompt: the version is
	// already resolved, or written inline.
	Prompt  string
	Version *prompt.Version
	Vars    map[string]any

	// Request holds what the caller adds: its messages come after the prompt's, and each parameter
	// that is set wins over the prompt's. OnDelta asks for a stream.
	Request llm.Request

	// Unit is who the call is for, such as a user: an experiment gives the same unit the same version of a
	// prompt each time. "" means that the conversation is the unit, or else the call by itself.
	Unit string

	// Texts are what Embed makes vectors of; Generate takes no notice of them.
	Texts []string

	Task string   // what the call is for, as routing rules know it; "" means metadata.task of the prompt
	Tags []string // for routing rules, and kept in the ledger

	Tenant       string
	Source       ledger.Source // which way in the call took
	Run          string        // id of the eval or batch run
	Conversation string        // id of the conversation that the call continues
	Parent       string        // trace id of the call that this one is a part of; "" for none

	// Result is filled by the stages; Generate returns it.
	Result Result
}

// Result is what is known at the end of a call.
type Result struct {
	TraceID    string
	Prompt     *prompt.Version // nil when the call named none
	Experiment string          // the experiment that chose the version; "" for none
	Request    *llm.Request    // as given to the gateway; nil when it did not get that far
	Response   *llm.Response   // nil when no provider was asked; a partial answer with an error
	Counted    *llm.Usage      // counted here, where the provider did not tell the usage of an answer that broke off; else nil
	Lost       []Lost          // the answers that were thrown away on the way to this one
	Cost       *llm.Money      // of all that was asked for this call: Own and Extra; nil means unpriced
	Own        *llm.Money      // the part of Cost that the answer itself cost
	Saved      *llm.Money      // what an answer from the cache cost when it was asked for; nil when it is none, or unpriced
	Cut        *Cut            // what was left out to fit the model's context window; nil when nothing was
	Extra      *llm.Money      // the part of Cost that Lost and summaries for the context window cost; nil when there were none, or unpriced
	// Route is the routing rule that chose the model, and RouteReason why it did; "" when the call named one.
	Route, RouteReason string
	Vectors            [][]float32 // of Embed, one for each of Call.Texts
	Started            time.Time
	Latency            time.Duration // of the whole call; on recorded answers the recorded one
}

// Usage is what the provider told, else what was counted here; nil means unknown.
func (r *Result) Usage() *llm.Usage {
	if r.Response != nil && r.Response.Usage != nil {
		return r.Response.Usage
	}
	return r.Counted
}

// TokensPerSecond is the output rate: after the first delta when the answer was streamed, else over
// the whole time. It is 0 when usage or time is unknown, and for an answer from the cache.
func (r *Result) TokensPerSecond() float64 {
	if r.Response == nil || r.Response.Usage == nil || r.Response.Cached {
		return 0
	}
	t := r.Response.Timing
	d := t.Total - t.TTFT
	if d <= 0 {
		d = t.Total
	}
	if d <= 0 {
		return 0
	}
	return float64(r.Response.Usage.Output) / d.Seconds()
}
