package wire

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// refused makes the error of an answer whose status is not a success.
func (x *exchange) refused() error {
	resp := x.response
	if resp.StatusCode < 400 {
		return x.redirected()
	}
	data := x.errorBody()
	r := readReport(data)
	e := x.fault("", "")
	e.Code = clean(x.redact(r.code), 80)
	e.Kind, _ = kindOf(resp.StatusCode, r)
	if r.isJSON { // and no word of it but the message: some servers send the whole request back
		e.Message = clean(x.redact(r.message), maxMessage)
	} else {
		e.Message = x.snippet(x.mediaType(), data)
	}
	e.ShouldRetry = shouldRetry(resp.Header)
	e.RetryAfter = retryAfter(resp.Header, resp.StatusCode, x.Now())
	if e.RetryAfter == 0 {
		e.RetryAfter = r.delay
	}
	e.Advice = x.advice(e)
	return e
}

// errorBody reads the beginning of an error's body, as far as it comes.
func (x *exchange) errorBody() []byte {
	var body io.Reader = x
	if strings.EqualFold(x.response.Header.Get("Content-Encoding"), "gzip") {
		zr, err := gzip.NewReader(bufio.NewReader(x))
		if err != nil {
			return nil
		}
		body = zr
	}
	data, _ := io.ReadAll(io.LimitReader(body, 64<<10)) // what came before a failure is what there is
	return bytes.TrimPrefix(data, []byte(bom))
}

// redirected names no more of the target than where it is: its path may hold anything.
func (x *exchange) redirected() error {
	e := x.fault(llm.KindRedirect, "the server sends us elsewhere, and no key goes there")
	if to, err := x.response.Location(); err == nil {
		origin := (&url.URL{Scheme: to.Scheme, Host: to.Host}).String()
		e.Message = clean("the server sends us to "+origin+", and no key goes there", maxMessage)
		e.Advice = clean("if you trust "+origin+", set it as the provider's base_url", maxMessage)
	}
	return e
}

// reported makes the error of a document that a server sent with status 200.
func (x *exchange) reported(data []byte) error {
	r := readReport(data)
	e := x.fault("", r.message)
	e.Code = clean(x.redact(r.code), 80)
	kind, known := kindOf(0, r)
	e.Kind = kind
	if !known {
		no := false // an unknown failure in an answer that had begun well: another try would cost again
		e.ShouldRetry = &no
	}
	if e.Message == "" {
		e.Message = "the server reports an error and no message"
	}
	e.RetryAfter = r.delay
	e.Advice = x.advice(e)
	return e
}

// advice words what a user can do about a failure.
func (x *exchange) advice(e *llm.Error) string {
	switch e.Kind {
	case llm.KindAuth:
		switch {
		case x.KeyVar == "":
			return "check the key of provider " + x.Provider
		case e.Status == 403:
			return fmt.Sprintf("check that the key in %s may use this model, or set %s to another", x.KeyVar, x.KeyVar)
		}
		return "set " + x.KeyVar + " to a valid key"
	case llm.KindQuota:
		return "the account at " + x.Provider + " is used up: add credit or raise its limit, then run again"
	case llm.KindNotFound:
		return "check the model's name and the provider's base_url"
	case llm.KindContextWindow:
		return "shorten the input, or use a model with a larger context window"
	}
	return ""
}
