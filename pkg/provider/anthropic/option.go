package anthropic

import (
	"strings"
	"time"

	"github.com/anthropics/anthropic-sdk-go/option"
)

// options configures the SDK. A service that is made without a client reads nothing from the
// environment, and WithoutOpenTelemetry keeps the tracing from doing so at each request.
func options(cfg Config) []option.RequestOption {
	base := strings.TrimSuffix(strings.TrimRight(cfg.BaseURL, "/"), "/v1")
	if base == "" {
		base = DefaultBaseURL
	}
	opts := []option.RequestOption{
		option.WithBaseURL(base + "/"),
		option.WithHTTPClient(cfg.HTTP),
		option.WithMaxRetries(0),
		option.WithoutOpenTelemetry(),
		// The SDK's own limit would cut answers off after ten minutes, and refuse to ask for long ones in
		// one piece. Ours are the wire's and the context's.
		option.WithRequestTimeout(24 * time.Hour),
		option.WithHeaderDel("X-Stainless-Timeout"),
	}
	if !cfg.Key.IsZero() {
		opts = append(opts, option.WithAPIKey(cfg.Key.Reveal()))
	}
	for name, values := range cfg.Header {
		opts = append(opts, option.WithHeader(name, strings.Join(values, ",")))
	}
	for name, values := range cfg.Query {
		for _, v := range values {
			opts = append(opts, option.WithQueryAdd(name, v))
		}
	}
	return opts
}
