package cli

import (
	"time"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// callJSON is a call as logs prints it. A field that is not there is not known or has nothing to say.
type callJSON struct {
	TraceID      string    `json:"trace_id"`
	Parent       string    `json:"parent,omitempty"`
	Time         time.Time `json:"time"`
	Tenant       string    `json:"tenant"`
	Project      string    `json:"project,omitempty"`
	KeyName      string    `json:"key_name,omitempty"`
	Source       string    `json:"source"`
	Conversation string    `json:"conversation_id,omitempty"`
	Unit         string    `json:"unit,omitempty"`
	Run          string    `json:"run,omitempty"`
	Case         string    `json:"case,omitempty"`
	Repeat       int       `json:"repeat,omitempty"`
	Tags         []string  `json:"tags,omitempty"`

	Model         string `json:"model"`
	ModelAsked    string `json:"model_asked"`
	Provider      string `json:"provider"`
	ModelAnswered string `json:"model_answered,omitempty"`
	Prompt        string `json:"prompt,omitempty"`
	Version       string `json:"version,omitempty"`
	PromptSHA256  string `json:"prompt_sha256,omitempty"`
	Experiment    string `json:"experiment,omitempty"`

	Status       ledger.Status    `json:"status"`
	ErrorKind    llm.ErrorKind    `json:"error,omitempty"`
	FinishReason llm.FinishReason `json:"finish_reason,omitempty"`
	Attempts     int              `json:"attempts,omitempty"`
	Passed       *bool            `json:"passed,omitempty"`

	Usage       *llm.Usage `json:"usage"` // null means unknown
	UsageSource string     `json:"usage_source,omitempty"`
	Cost        *llm.Money `json:"cost_usd"` // null means unpriced
	CostNote    string     `json:"cost_note,omitempty"`
	Cache       string     `json:"cache,omitempty"`
	SavedCost   *llm.Money `json:"saved_usd,omitempty"`

	Route          string   `json:"route,omitempty"`
	RouteReason    string   `json:"route_reason,omitempty"`
	FallbackFrom   []string `json:"fallback_from,omitempty"`
	FallbackReason string   `json:"fallback_reason,omitempty"`
	Cut            string   `json:"cut,omitempty"`

	Latency         float64  `json:"latency_ms"`
	TTFT            float64  `json:"ttft_ms,omitempty"`
	TokensPerSecond *float64 `json:"tokens_per_s,omitempty"`
	RequestHash     string   `json:"request_hash,omitempty"`

	// With texts only.
	Texts        ledger.Texts   `json:"texts,omitempty"` // how they are kept
	Messages     []llm.Message  `json:"messages,omitempty"`
	Vars         map[string]any `json:"vars,omitempty"`
	Output       []llm.Part     `json:"output,omitempty"`
	MessagesHash string         `json:"messages_sha256,omitempty"`
	OutputHash   string         `json:"output_sha256,omitempty"`
}

func newCallJSON(r *ledger.Record, texts bool) callJSON {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }
	j := callJSON{
		TraceID: r.TraceID, Parent: r.Parent, Time: r.Time, Tenant: r.Tenant, Project: r.Project, KeyName: r.KeyName, Source: string(r.Source),
		Conversation: r.Conversation, Unit: r.Unit, Run: r.RunID, Case: r.CaseID, Repeat: r.Repeat, Tags: r.Tags,
		Model: r.Model(), ModelAsked: r.ModelAsked, Provider: r.Provider, ModelAnswered: r.ModelAnswered,
		Prompt: r.Prompt, Version: r.Version, PromptSHA256: r.PromptSHA256, Experiment: r.Experiment,
		Status: r.Status, ErrorKind: r.ErrorKind, FinishReason: r.FinishReason, Attempts: r.Attempts, Passed: r.Passed,
		Usage: r.Usage, UsageSource: r.UsageSource, Cost: r.Cost, CostNote: r.CostNote, Cache: r.Cache, SavedCost: r.SavedCost,
		Route: r.Route, RouteReason: r.RouteReason, FallbackFrom: r.FallbackFrom, FallbackReason: r.FallbackReason, Cut: r.Cut,
		Latency: ms(r.Total), TTFT: ms(r.TTFT), TokensPerSecond: r.TokensPerSecond, RequestHash: r.RequestHash,
	}
	if texts {
		j.Texts, j.Messages, j.Vars, j.Output = r.Kept, r.Messages, r.Vars, r.Output
		j.MessagesHash, j.OutputHash = r.TextHashes.Messages, r.TextHashes.Output
	}
	return j
}
