// Package gemini speaks Google's Gemini API with nothing but net/http: generateContent,
// streamGenerateContent, countTokens and batchEmbedContents.
//
//	m := gemini.New(gemini.Config{Key: llm.NewSecret(key), HTTP: hc})
//	answer, err := m.Generate(ctx, &llm.Request{Model: "gemini-2.5-flash", Messages: messages})
//
// System messages become the systemInstruction, tool results function responses of the user's turn. A
// schema goes into responseJsonSchema and a tool's parameters into parametersJsonSchema, so that both
// may be any JSON Schema that the model takes.
//
// What only Gemini has goes through Request.Options, over the JSON of the request: safetySettings,
// cachedContent, generationConfig with thinkingConfig, topK or responseModalities (its fields join those
// of the request), and tools with googleSearch, urlContext or codeExecution, which join the functions.
// It comes back as parts: thoughts as llm.Reasoning; executableCode, codeExecutionResult,
// groundingMetadata, urlContextMetadata, citationMetadata, logprobsResult and promptFeedback as
// llm.Extra with Provider "gemini"; images as llm.Media.
//
// A thought signature belongs to the part after it: it is a llm.Reasoning without text before a tool
// call or a text, and is sent back on that part.
package gemini

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// DefaultBaseURL is Google's own address.
const DefaultBaseURL = "https://generativelanguage.googleapis.com/v1beta"

// Config says where the server is. The zero value is Google's without a key.
type Config struct {
	Name    string     // in errors; "" means "gemini"
	BaseURL string     // "" means DefaultBaseURL
	Key     llm.Secret // zero means that no key is sent
	// HTTP sends the requests; nil means http.DefaultClient. Its transport is expected to be the wire's:
	// answers with another status than 2xx come as errors.
	HTTP   *http.Client
	Header http.Header // added to every request; it wins over what the client sets
	Query  url.Values  // added to every address

	Now func() time.Time // nil means time.Now
}

// Client is an llm.Model. It is safe for concurrent use.
type Client struct{ cfg Config }

// New makes a Client. It does no input or output.
func New(cfg Config) *Client {
	if cfg.Name == "" {
		cfg.Name = "gemini"
	}
	if cfg.BaseURL == "" {
		cfg.BaseURL = DefaultBaseURL
	}
	if cfg.HTTP == nil {
		cfg.HTTP = http.DefaultClient
	}
	return &Client{cfg}
}

// Generate answers req.
func (c *Client) Generate(ctx context.Context, req *llm.Request) (*llm.Response, error) {
	col := llm.NewCollector(req, c.cfg.Now)
	col.API = extraProvider
	err := c.ask(ctx, req, col)
	if e, ok := errors.AsType[*llm.Error](err); ok && req.LogProbs > 0 && e.Kind == llm.KindInvalid && strings.Contains(strings.ToLower(e.Message), "logprobs") {
		req = req.Clone()
		req.LogProbs = 0 // not every model gives them
		err = c.ask(ctx, req, col)
	}
	return col.Finish(ctx, c.cfg.Name, err)
}

func (c *Client) ask(ctx context.Context, req *llm.Request, col *llm.Collector) error {
	body, err := compose(req)
	if err != nil {
		return err
	}
	method := "generateContent"
	if req.OnDelta != nil {
		method = "streamGenerateContent"
	}
	answer, err := c.post(ctx, req.Model, method, body)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	col.SetRateLimit(answer.Header.Get("X-Llmops-Ratelimit"))
	t := &turn{col: col, asked: req.LogProbs > 0}
	if req.OnDelta != nil {
		return stream(answer.Body, t)
	}
	return whole(answer.Body, t)
}

// post sends body to a method of a model. The caller closes the answer's body.
func (c *Client) post(ctx context.Context, model, method string, body []byte) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.address(model, method), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	if !c.cfg.Key.IsZero() {
		r.Header.Set("X-Goog-Api-Key", c.cfg.Key.Reveal())
	}
	for name, values := range c.cfg.Header {
		r.Header[http.CanonicalHeaderKey(name)] = values
	}
	return c.cfg.HTTP.Do(r)
}

func (c *Client) address(model, method string) string {
	query := url.Values{}
	for name, values := range c.cfg.Query {
		query[name] = values
	}
	if method == "streamGenerateContent" {
		query.Set("alt", "sse")
	}
	address := strings.TrimRight(c.cfg.BaseURL, "/") + "/" + path(model) + ":" + method
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return address
}

// path gives a model's resource name. Names of tuned models have their collection already.
func path(model string) string {
	collection := "models"
	if before, after, _ := strings.Cut(model, "/"); before == "models" || before == "tunedModels" {
		collection, model = before, after
	}
	return collection + "/" + url.PathEscape(model)
}
