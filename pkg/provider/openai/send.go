package openai

import (
	"bytes"
	"io"
	"net/http"
)

// sender stands between the SDK and the HTTP client for one call: it mends the request, and keeps what
// the SDK would lose of the answer.
type sender struct {
	cfg    *Config
	mend   func(body []byte) ([]byte, error) // nil for a request without a body
	header http.Header                       // of the answer
	body   []byte                            // of an answer in one piece
	tail   *tail                             // of a stream
}

// Do is what the SDK calls.
func (s *sender) Do(r *http.Request) (*http.Response, error) {
	if s.mend != nil {
		if err := s.rewrite(r); err != nil {
			return nil, err
		}
	}
	for name, values := range s.cfg.Header {
		r.Header[http.CanonicalHeaderKey(name)] = values
	}
	if len(s.cfg.Query) > 0 {
		query := r.URL.Query()
		for name, values := range s.cfg.Query {
			query[name] = values
		}
		r.URL.RawQuery = query.Encode()
	}
	resp, err := s.cfg.HTTP.Do(r)
	if err != nil {
		return nil, err
	}
	s.header = resp.Header
	return resp, s.keep(r, resp)
}

func (s *sender) rewrite(r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	if body, err = s.mend(body); err != nil {
		return err
	}
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	r.Body, _ = r.GetBody()
	r.ContentLength = int64(len(body))
	return nil
}

// keep reads an answer that comes in one piece, so that what the SDK's types have no field for can be
// looked up in it, and watches the end of a stream.
func (s *sender) keep(r *http.Request, resp *http.Response) error {
	if r.Header.Get("Accept") == "text/event-stream" {
		s.tail = &tail{ReadCloser: resp.Body}
		resp.Body = s.tail
		return nil
	}
	defer resp.Body.Close()
	var err error
	s.body, err = io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(s.body))
	return err
}

// tail remembers the last bytes of a stream. The SDK reports the end of the connection and [DONE] alike,
// and only one of them is the end of an answer.
type tail struct {
	io.ReadCloser
	last []byte
}

func (t *tail) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	t.last = append(t.last, p[max(0, n-32):n]...)
	t.last = t.last[max(0, len(t.last)-32):]
	return n, err
}

func (t *tail) done() bool { return bytes.Contains(t.last, []byte("[DONE]")) }
