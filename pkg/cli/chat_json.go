package cli

import (
	"errors"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/chat"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/quota/budget"
)

// chatJSON is what chat --json prints.
type chatJSON struct {
	Schema         string            `json:"schema"`
	Text           string            `json:"text"`
	FinishReason   *string           `json:"finish_reason"` // null when the answer did not come to its end
	Complete       bool              `json:"complete"`
	Model          string            `json:"model"`
	AnsweredBy     string            `json:"answered_by"`     // the reference of who answered; "static" for a text of a chain, "" when nobody did
	Why            string            `json:"why,omitempty"`   // what happened to the models that were asked before
	Route          *routeJSON        `json:"route,omitempty"` // the routing rule that chose the model; absent when none did
	Cut            *engine.Shortened `json:"cut,omitempty"`   // what was left out to fit the context window; absent when nothing was
	Prompt         *promptJSON       `json:"prompt"`
	Usage          *llm.Usage        `json:"usage"`
	CostUSD        *llm.Money        `json:"cost_usd"`
	ExtraUSD       *llm.Money        `json:"extra_usd,omitempty"` // the part of it for answers that were thrown away, and for summaries
	Cached         bool              `json:"cached"`
	SavedUSD       *llm.Money        `json:"saved_usd,omitempty"` // what a cached answer cost when it was asked for
	Timing         timingJSON        `json:"timing"`
	Attempts       int               `json:"attempts"`
	TraceID        string            `json:"trace_id"`
	ConversationID *string           `json:"conversation_id"`
	ToolCalls      []llm.ToolCall    `json:"tool_calls,omitempty"`
	Reasoning      string            `json:"reasoning,omitempty"`
	Extras         []llm.Extra       `json:"extras,omitempty"`
	Error          *errorJSON        `json:"error,omitempty"`
}

type routeJSON struct {
	Rule   string `json:"rule"`
	Reason string `json:"reason"`
}

type promptJSON struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
}

type timingJSON struct {
	TTFT   *float64 `json:"ttft_ms"` // null when nothing was streamed
	Total  float64  `json:"total_ms"`
	PerSec *float64 `json:"tokens_per_s"` // null when the usage is unknown
}

type errorJSON struct {
	Type    string `json:"type"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	// FreesAt is when a limit of ours that is reached has room again; of concurrency when the processes of its calls have
	// died, and a call that ends frees it before.
	FreesAt *time.Time `json:"frees_at,omitempty"`
}

// object prints the outcome. A question that was refused before any provider was asked has no object:
// the error alone says it.
func (p *printer) object(out *chat.Outcome, err error) error {
	r := out.Result
	var user *diag.Error
	if errors.As(err, &user) || r.Response == nil {
		return nil
	}
	doc := chatJSON{
		Schema: "llmops.chat/v1", Text: r.Response.Text(), Complete: complete(r.Response, err), Model: r.Response.Model,
		Usage: r.Response.Usage, CostUSD: r.Cost, ExtraUSD: r.Extra, Cut: r.Shortened(),
		Cached: r.Response.Cached, SavedUSD: r.Saved, Attempts: r.Response.Attempts, TraceID: r.TraceID, ToolCalls: r.Response.ToolCalls(),
		Timing: timingJSON{Total: millis(r.Latency)},
	}
	if doc.Why = r.Response.Why; err == nil || len(r.Response.Parts) > 0 {
		doc.AnsweredBy = r.Response.Ref
	}
	if doc.Model == "" && r.Request != nil {
		doc.Model = r.Request.Model
	}
	if reason := string(r.Response.FinishReason); reason != "" {
		doc.FinishReason = &reason
	}
	if r.Route != "" {
		doc.Route = &routeJSON{r.Route, r.RouteReason}
	}
	if v := r.Prompt; v != nil {
		doc.Prompt = &promptJSON{v.Name, v.Version, v.SHA256}
	}
	if t := r.Response.Timing.TTFT; t > 0 {
		first := millis(t)
		doc.Timing.TTFT = &first
	}
	if rate := r.TokensPerSecond(); rate > 0 {
		rate = round(rate, 2)
		doc.Timing.PerSec = &rate
	}
	if out.Conversation != "" {
		doc.ConversationID = &out.Conversation
	}
	for _, part := range r.Response.Parts {
		if part.Reasoning != nil {
			doc.Reasoning += part.Reasoning.Text
		}
		if part.Extra != nil {
			doc.Extras = append(doc.Extras, *part.Extra)
		}
	}
	doc.Error = newErrorJSON(err)
	return writeJSON(p.e.out, doc)
}

// complete tells whether the answer is whole: it came to its end, and neither filter nor failure ended it.
func complete(r *llm.Response, err error) bool {
	return err == nil && r.FinishReason != llm.FinishContentFilter && r.FinishReason != llm.FinishError
}

func newErrorJSON(err error) *errorJSON {
	if err == nil {
		return nil
	}
	out := &errorJSON{Type: "error", Message: err.Error(), Hint: diag.HintOf(err)}
	var e *llm.Error
	if errors.As(err, &e) {
		out.Type = string(e.Kind)
	}
	if limit, ok := errors.AsType[*budget.LimitError](err); ok {
		at := limit.Frees
		if limit.Resource == budget.Concurrency {
			at = limit.Lapses
		}
		if !at.IsZero() {
			out.FreesAt = &at
		}
	}
	return out
}

func millis(d time.Duration) float64 { return round(float64(d)/1e6, 3) }
