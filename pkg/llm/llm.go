// Package llm holds the vocabulary that every other package speaks: a Request made of Messages, the
// Response to it, the Delta of a stream, Usage and Money, and the typed Error.
//
// A provider is a Model. Streaming is a field of the Request and not a second method: a provider that
// finds OnDelta set streams into it and still returns the whole Response.
package llm

import "context"

// Model answers requests. Generate blocks until the answer is whole.
//
// Generate may return a non-nil Response together with a non-nil error: that Response holds the part of
// the answer that arrived before the failure. Implementations are safe for concurrent use, and must not
// change the Request: a caller that wants it changed makes a Clone.
type Model interface {
	Generate(ctx context.Context, req *Request) (*Response, error)
}

// ModelFunc makes a Model of a function.
type ModelFunc func(ctx context.Context, req *Request) (*Response, error)

// Generate calls f.
func (f ModelFunc) Generate(ctx context.Context, req *Request) (*Response, error) {
	return f(ctx, req)
}

// Middleware wraps a Model: retry, cache, rate limit.
type Middleware func(next Model) Model

// Wrap applies middlewares around a model; the first named is the outermost.
func Wrap(m Model, around ...Middleware) Model {
	for i := len(around) - 1; i >= 0; i-- {
		m = around[i](m)
	}
	return m
}
