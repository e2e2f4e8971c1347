package llm

import (
	"encoding/json"
	"maps"
	"slices"
)

// Request is one call to a model. The zero value of every parameter means "the provider's default".
type Request struct {
	// Model is what the provider calls the model ("gpt-4o-2024-08-06"). Above the gateway it is the
	// whole reference ("openai/gpt-4o-2024-08-06").
	Model    string    `json:"model"`
	Messages []Message `json:"messages"`

	Temperature *float64 `json:"temperature,omitempty"`
	TopP        *float64 `json:"top_p,omitempty"`
	MaxTokens   int      `json:"max_tokens,omitempty"`
	Stop        []string `json:"stop,omitempty"`
	Seed        *int64   `json:"seed,omitempty"`

	Format     *Format `json:"format,omitempty"` // nil means free text
	Tools      []Tool  `json:"tools,omitempty"`
	ToolChoice string  `json:"tool_choice,omitempty"` // "auto", "none", "required" or a tool's name

	// LogProbs asks for the log-probabilities of the answer's tokens, and of so many alternatives to each
	// (OpenAI and Gemini give 20 at most). 0 asks for none. A provider that has none leaves them out of the
	// Response.
	LogProbs int `json:"logprobs,omitempty"`

	// Options holds what only one provider has; it is laid over the top level of the request's JSON.
	Options map[string]any `json:"options,omitempty"`

	// OnDelta, when set, asks for a stream. It is called from one goroutine, in order. An error that
	// it returns stops the stream and is returned by Generate.
	OnDelta func(Delta) error `json:"-"`

	// Case and Repeat name the eval case that asks, for recordings and caches; no provider sends them.
	Case   string `json:"-"`
	Repeat int    `json:"-"`

	// Who asks, and by which version of which prompt, for caches and limits; no provider sends them. The
	// engine fills them.
	Tenant       string `json:"-"`
	PromptRef    string `json:"-"` // name@version; "" without a prompt of the registry
	PromptSHA256 string `json:"-"`

	// Asked is the Hash that the engine computed once for the cache and the ledger; "" means that nobody did. Whoever
	// changes a copy of the request need not care: it names the question as it was asked.
	Asked string `json:"-"`

	// Fresh asks for a new answer: none from a cache, and none that another call is waiting for.
	Fresh bool `json:"-"`
}

// FormatType is the shape that an answer is asked to have.
type FormatType string

// FormatJSON asks for any JSON object; FormatSchema for one that fits Format.Schema.
const (
	FormatJSON   FormatType = "json"
	FormatSchema FormatType = "json_schema"
)

// Format asks for JSON. Schema is a JSON Schema document, used with FormatSchema.
type Format struct {
	Type   FormatType      `json:"type"`
	Name   string          `json:"name,omitempty"`
	Schema json.RawMessage `json:"schema,omitempty"`
	Strict bool            `json:"strict,omitempty"`
}

// Tool describes a function that the model may call. Parameters is a JSON Schema of an object; nil
// means a function without parameters.
type Tool struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Parameters  json.RawMessage `json:"parameters,omitempty"`
	Strict      bool            `json:"strict,omitempty"`
}

// Clone copies the request, so that a middleware can change the copy. Message parts are shared: they
// are never changed in place.
func (r *Request) Clone() *Request {
	c := *r
	c.Messages = slices.Clone(r.Messages)
	c.Stop = slices.Clone(r.Stop)
	c.Tools = slices.Clone(r.Tools)
	c.Options = maps.Clone(r.Options)
	return &c
}
