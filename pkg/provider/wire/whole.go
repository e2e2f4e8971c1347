package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// whole reads a JSON answer to its end, so that what goes up is valid and no error can follow.
func (x *exchange) whole(body io.Reader) (*http.Response, error) {
	data, err := io.ReadAll(body)
	if err != nil {
		return nil, x.end(x.cut(err, true))
	}
	var g glance
	doc := unlisted(data)
	switch err := json.Unmarshal(doc, &g); {
	case err != nil && !json.Valid(data):
		return nil, x.end(x.brokenJSON(data))
	case g.isError(x.Dialect): // a field of another type than expected leaves the others read
		return nil, x.end(x.reported(doc))
	}
	_ = x.end(nil)
	return x.answer(io.NopCloser(bytes.NewReader(data)), "application/json", int64(len(data))), nil
}

// answer is the response that goes up. Its header is a copy: the labels that no longer hold are gone.
func (x *exchange) answer(body io.ReadCloser, mediaType string, length int64) *http.Response {
	resp := *x.response
	resp.Header = resp.Header.Clone()
	for _, name := range []string{"Content-Encoding", "Content-Length", "Transfer-Encoding", rateLimitHeader} {
		resp.Header.Del(name)
	}
	resp.Header.Set("Content-Type", mediaType)
	if limit, ok := rateLimit(resp.Header, x.Now()); ok {
		if b, err := json.Marshal(limit); err == nil {
			resp.Header.Set(rateLimitHeader, string(b))
		}
	}
	resp.Body, resp.ContentLength, resp.TransferEncoding, resp.Uncompressed = body, length, nil, true
	return &resp
}

// brokenJSON tells JSON that stops from JSON that is wrong.
func (x *exchange) brokenJSON(data []byte) error {
	var v json.RawMessage
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&v); errors.Is(err, io.ErrUnexpectedEOF) {
		return x.cut(err, true)
	}
	return x.malformed("the answer is not JSON", data)
}

// answeredWhole is for one JSON document where a stream was asked for: an error most often.
func (x *exchange) answeredWhole(body io.Reader) error {
	data, err := io.ReadAll(io.LimitReader(body, 1<<20))
	if err != nil {
		return x.cut(err, true)
	}
	var g glance
	if doc := unlisted(data); json.Unmarshal(doc, &g) == nil && g.isError(x.Dialect) {
		return x.reported(doc)
	}
	e := x.malformed("one JSON document where a stream was asked for", data)
	e.Advice = "this server seems not to stream: ask for the answer in one piece (--no-stream)"
	return e
}

// wrongForm is for a body that is nothing we asked for, such as the login page of a proxy.
func (x *exchange) wrongForm(body io.Reader, what string) error {
	data, _ := io.ReadAll(io.LimitReader(body, 4<<10))
	label := x.mediaType()
	if label == "" {
		label = "without a content type"
	}
	e := x.malformed(fmt.Sprintf("%s (%s)", what, clean(label, 60)), data)
	if isPage(label, data) {
		e.Message = clean(e.Message+": "+x.redact(pageText(string(data))), maxMessage)
		e.Advice = "a web page came instead of an answer: check base_url, and whether a proxy or a login stands in between"
	}
	return e
}

func (x *exchange) fault(kind llm.ErrorKind, message string) *llm.Error {
	e := &llm.Error{Kind: kind, Provider: x.Provider, Message: clean(x.redact(message), maxMessage)}
	if x.response != nil {
		e.Status = x.response.StatusCode
		e.RequestID = requestID(x.response.Header)
	}
	return e
}

func (x *exchange) malformed(message string, data []byte) *llm.Error {
	e := x.fault(llm.KindMalformed, message)
	e.Raw = x.raw1K(data)
	return e
}
