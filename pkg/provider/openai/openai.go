// Package openai speaks OpenAI's chat completions, which is also the language of every compatible
// server: Ollama, vLLM, TGI, Azure, OpenRouter, DeepSeek, Groq and many more.
//
//	m := openai.New(openai.Config{Key: llm.NewSecret(key), HTTP: hc})
//	answer, err := m.Generate(ctx, &llm.Request{Model: "gpt-4o", Messages: messages})
//
// The requests and answers are those of github.com/sashabaranov/go-openai. What it leaves out or forbids
// by a model's name (temperature 0, max_tokens for a model called gpt-5 on any server) is put into the
// JSON just before it is sent.
//
// What only some servers have goes through Request.Options, over the top level of the JSON:
// reasoning_effort, verbosity, logprobs, service_tier, chat_template_kwargs. It comes back as parts:
// reasoning_content and reasoning as llm.Reasoning; refusal, annotations and logprobs as llm.Extra with
// Provider "openai". A refusal has the finish reason content_filter. The log-probabilities that
// Request.LogProbs asks for come in Response.LogProbs instead; a model that refuses them is asked
// without. Embed asks for embeddings.
package openai

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	sdk "github.com/sashabaranov/go-openai"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// DefaultBaseURL is OpenAI's own address.
const DefaultBaseURL = "https://api.openai.com/v1"

// Config says where the server is. The zero value is api.openai.com without a key.
type Config struct {
	Name    string     // in errors; "" means "openai"
	BaseURL string     // "" means DefaultBaseURL
	Key     llm.Secret // zero means that no key is sent
	// HTTP sends the requests; nil means http.DefaultClient. Its transport is expected to be the wire's:
	// answers with another status than 2xx come as errors.
	HTTP   *http.Client
	Header http.Header // added to every request; it wins over what the client sets
	Query  url.Values  // added to every address

	// AzureVersion is the api-version of an Azure resource, whose BaseURL is https://NAME.openai.azure.com:
	// the model is then a deployment's name in the address and the key goes into the header api-key.
	AzureVersion string
	// MaxTokensField is the JSON name for Request.MaxTokens. "" means max_completion_tokens at
	// api.openai.com, for Azure deployments named like a reasoning model, and where a server has asked
	// for it; else max_tokens.
	MaxTokensField string
	// NoStreamUsage leaves stream_options out. Without it a server that refuses stream_options is asked
	// once more without, and not asked for them again.
	NoStreamUsage bool

	Now func() time.Time // nil means time.Now
}

// Client is an llm.Model. It is safe for concurrent use.
type Client struct {
	cfg           Config
	noStreamUsage atomic.Bool // the server has refused stream_options
	newMaxTokens  sync.Map    // models that have asked for max_completion_tokens
	noLogProbs    sync.Map    // models that have refused logprobs
}

// New makes a Client. It does no input or output.
func New(cfg Config) *Client {
	if cfg.Name == "" {
		cfg.Name = "openai"
	}
	if cfg.BaseURL == "" {
		cfg.BaseURL = DefaultBaseURL
	}
	if cfg.HTTP == nil {
		cfg.HTTP = http.DefaultClient
	}
	c := &Client{cfg: cfg}
	c.noStreamUsage.Store(cfg.NoStreamUsage)
	return c
}

// Generate answers req. Request.Seed, JSON mode, schemas and tools go to the server as they are; one
// that does not know them says so or ignores them. JSON mode at OpenAI wants the word JSON in a message.
func (c *Client) Generate(ctx context.Context, req *llm.Request) (*llm.Response, error) {
	col := llm.NewCollector(req, c.cfg.Now)
	err := c.ask(ctx, req, col)
	if col.Empty() && c.learn(req, err) {
		err = c.ask(ctx, req, col)
	}
	return col.Finish(ctx, c.cfg.Name, err)
}

func (c *Client) ask(ctx context.Context, req *llm.Request, col *llm.Collector) error {
	body, mends, err := c.compose(req)
	if err != nil {
		return err
	}
	s := &sender{cfg: &c.cfg, mend: func(b []byte) ([]byte, error) { return mends.apply(b, req) }}
	api := sdk.NewClientWithConfig(c.sdkConfig(req.Model, s))
	t := turn{asked: req.LogProbs > 0}
	if req.OnDelta != nil {
		return stream(ctx, api, body, s, col, t)
	}
	return whole(ctx, api, body, s, col, t)
}

// sdkConfig makes a configuration for one call, which costs next to nothing and lets s be the call's own.
func (c *Client) sdkConfig(model string, s *sender) sdk.ClientConfig {
	cfg := sdk.DefaultConfig(c.cfg.Key.Reveal())
	if c.cfg.AzureVersion != "" {
		cfg = sdk.DefaultAzureConfig(c.cfg.Key.Reveal(), "")
		cfg.APIVersion = c.cfg.AzureVersion
		cfg.AzureModelMapperFunc = func(string) string { return url.PathEscape(model) }
	}
	cfg.BaseURL = strings.TrimRight(c.cfg.BaseURL, "/")
	if c.cfg.AzureVersion != "" {
		cfg.BaseURL = strings.TrimSuffix(cfg.BaseURL, "/openai") // the SDK adds it
	}
	cfg.HTTPClient = s
	cfg.EmptyMessagesLimit = math.MaxUint
	return cfg
}

// learn looks whether the server has refused a field that can be sent otherwise, and remembers it. These
// are the fields in which compatible servers differ from each other and from year to year.
func (c *Client) learn(req *llm.Request, err error) bool {
	refused, ok := errors.AsType[*llm.Error](err)
	if !ok || refused.Kind != llm.KindInvalid {
		return false
	}
	switch {
	case req.OnDelta != nil && strings.Contains(refused.Message, "stream_options"):
		return !c.noStreamUsage.Swap(true)
	case req.LogProbs > 0 && strings.Contains(refused.Message, "logprobs"):
		_, known := c.noLogProbs.Swap(req.Model, true)
		return !known
	case req.MaxTokens > 0 && c.cfg.MaxTokensField == "" && strings.Contains(refused.Message, newMaxTokensField):
		_, known := c.newMaxTokens.Swap(req.Model, true)
		return !known && c.maxTokensField(req.Model) == newMaxTokensField
	}
	return false
}
