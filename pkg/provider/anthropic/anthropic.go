// Package anthropic speaks Anthropic's Messages API through github.com/anthropics/anthropic-sdk-go, with
// its retries, its telemetry and its reading of the environment off.
//
//	m := anthropic.New(anthropic.Config{Key: llm.NewSecret(key), HTTP: hc})
//	answer, err := m.Generate(ctx, &llm.Request{Model: "claude-sonnet-4-5", Messages: messages})
//
// System messages are hoisted, wherever they stand, and tool results become the user's turn. A schema
// goes into output_config.format, which Claude 4.5 and later have. There is no JSON mode without a
// schema: llm.FormatJSON adds a system instruction that asks for one JSON object. There is no seed:
// Request.Seed is not sent.
//
// What only Anthropic has goes through Request.Options, over the top level of the JSON: thinking,
// cache_control (which caches up to the last block that can be), top_k, service_tier, container,
// metadata, and server tools, which join the request's functions under tools. It comes back as parts:
// thinking with its signature as llm.Reasoning; server tool calls, their results and citations as
// llm.Extra with Provider "anthropic". All but the citations are sent back in the next turn.
package anthropic

import (
	"context"
	"net/http"
	"net/url"
	"time"

	sdk "github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

const (
	// DefaultBaseURL is Anthropic's own address, without the version.
	DefaultBaseURL = "https://api.anthropic.com"
	// DefaultMaxTokens is sent when Request.MaxTokens is 0, since the API requires a number. A thinking
	// budget in the options comes on top of it.
	DefaultMaxTokens = 4096
)

// Config says where the server is. The zero value is api.anthropic.com without a key.
type Config struct {
	Name    string     // in errors; "" means "anthropic"
	BaseURL string     // "" means DefaultBaseURL; a /v1 at its end is the same without
	Key     llm.Secret // zero means that no key is sent
	// HTTP sends the requests; nil means http.DefaultClient. Its transport is expected to be the wire's:
	// answers with another status than 2xx come as errors.
	HTTP      *http.Client
	Header    http.Header // added to every request; it wins over what the client sets (anthropic-beta)
	Query     url.Values  // added to every address
	MaxTokens int         // 0 means DefaultMaxTokens

	Now func() time.Time // nil means time.Now
}

// Client is an llm.Model. It is safe for concurrent use.
type Client struct {
	cfg      Config
	messages sdk.MessageService
}

// New makes a Client. It does no input or output and reads no environment.
func New(cfg Config) *Client {
	if cfg.Name == "" {
		cfg.Name = "anthropic"
	}
	if cfg.HTTP == nil {
		cfg.HTTP = http.DefaultClient
	}
	if cfg.MaxTokens == 0 {
		cfg.MaxTokens = DefaultMaxTokens
	}
	return &Client{cfg: cfg, messages: sdk.NewMessageService(options(cfg)...)}
}

// Generate answers req.
func (c *Client) Generate(ctx context.Context, req *llm.Request) (*llm.Response, error) {
	col := llm.NewCollector(req, c.cfg.Now)
	col.API = extraProvider
	return col.Finish(ctx, c.cfg.Name, c.ask(ctx, req, col))
}

func (c *Client) ask(ctx context.Context, req *llm.Request, col *llm.Collector) error {
	body, err := c.compose(req)
	if err != nil {
		return err
	}
	var answer *http.Response
	opts := []option.RequestOption{
		option.WithRequestBody("application/json", body),
		option.WithResponseInto(&answer),
	}
	// The body is complete; the SDK looks at the parameters for nothing but its own limits.
	if req.OnDelta != nil {
		return stream(c.messages.NewStreaming(ctx, sdk.MessageNewParams{}, opts...), &answer, col)
	}
	msg, err := c.messages.New(ctx, sdk.MessageNewParams{}, opts...)
	limits(&answer, col)
	if err != nil {
		return err
	}
	return whole(msg, col)
}

// limits takes what the wire reports of the server's limits.
func limits(answer **http.Response, col *llm.Collector) {
	if *answer != nil {
		col.SetRateLimit((*answer).Header.Get("X-Llmops-Ratelimit"))
	}
}
