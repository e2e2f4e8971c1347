package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider"
)

// OpenAPI gives the batch API of a provider.
func OpenAPI(b *provider.Batching) API {
	s := server{b}
	if b.Kind == provider.Anthropic {
		return &anthropicAPI{s}
	}
	return &openaiAPI{s}
}

// server sends requests to one provider.
type server struct{ *provider.Batching }

// short is how long a request may take that carries no file.
const short = 2 * time.Minute

// call sends v as JSON, nothing when v is nil, and reads the answer into into.
func (s server) call(ctx context.Context, method, path string, query url.Values, v, into any) error {
	ctx, cancel := context.WithTimeout(ctx, short)
	defer cancel()
	var body io.Reader
	if v != nil {
		data, err := json.Marshal(v)
		if err != nil {
			return err
		}
		body = bytes.NewReader(data)
	}
	req, err := s.request(ctx, method, path, query, body)
	if err != nil {
		return err
	}
	return s.do(req, into)
}

func (s server) request(ctx context.Context, method, path string, query url.Values, body io.Reader) (*http.Request, error) {
	address := s.BaseURL + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// do sends a request and reads the JSON of its answer, which the wire has found to be whole.
func (s server) do(req *http.Request, into any) error {
	resp, err := s.HTTP.Do(req)
	if err != nil {
		return s.fault(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return s.malformed("the answer is not what its documentation says")
	}
	return nil
}

// fault takes the wire's error out of the wrapping of net/http, which repeats the address, and says what an
// unknown address means here.
func (s server) fault(err error) error {
	e, ok := asError(err)
	if !ok {
		return err
	}
	c := *e
	if c.Kind == llm.KindNotFound {
		c.Advice = "the provider may have no batch API at this address, or have deleted the batch; llmops batch run needs none"
	}
	return &c
}

func (s server) malformed(message string) *llm.Error {
	return &llm.Error{Kind: llm.KindMalformed, Provider: s.Name, Message: message}
}

// stream sends a body that is made while it is sent, in chunks of known length in all.
func (s server) stream(ctx context.Context, path, contentType string, size int64, write func(w io.Writer) error, into any) error {
	r, w := io.Pipe()
	req, err := s.request(ctx, http.MethodPost, path, nil, r)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", contentType)
	req.ContentLength = size
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.CloseWithError(write(w))
	}()
	err = s.do(req, into)
	_ = r.Close() // ends a write that nobody reads any more
	<-done
	return err
}

// copyLines writes a piece's lines.
func copyLines(w io.Writer, p Piece) error {
	lines, err := p.Lines()
	if err != nil {
		return err
	}
	defer lines.Close()
	_, err = io.Copy(w, lines)
	return err
}
