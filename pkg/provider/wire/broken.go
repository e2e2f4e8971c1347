package wire

import (
	"compress/flate"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// unanswered makes the error of a request that got no headers.
func (x *exchange) unanswered(err error) error {
	if e := x.stopped(); e != nil {
		return e
	}
	e := x.fault(llm.KindConnection, "cannot reach "+x.request.URL.Host)
	e.Err = x.cause(err)
	var dns *net.DNSError
	var record tls.RecordHeaderError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Advice = "is the server running, and is base_url right?"
	case errors.As(err, &dns):
		e.Advice = "check base_url and the network"
	case errors.As(err, &record), strings.Contains(err.Error(), "HTTP response to HTTPS client"):
		e.Advice = "the server speaks plain HTTP: write http:// in base_url"
		notAgain(e)
	case errors.As(err, &unknown):
		e.Advice = "the server's certificate is signed by nobody that this machine trusts"
		notAgain(e)
	case isTLS(err):
		notAgain(e)
	}
	return e
}

func isTLS(err error) bool {
	var cert *tls.CertificateVerificationError
	var alert tls.AlertError
	return errors.As(err, &cert) || errors.As(err, &alert)
}

func notAgain(e *llm.Error) {
	no := false
	e.ShouldRetry = &no
}

// cut makes the error of a body that failed or ended too soon; began says that a part of the answer came.
func (x *exchange) cut(err error, began bool) error {
	if e := x.stopped(); e != nil {
		return e
	}
	switch {
	case errors.Is(err, errTooLarge):
		return x.oversized(err)
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), isFlate(err):
		return x.malformed("the answer is labelled gzip and is not, or is damaged", nil)
	case errors.Is(err, io.EOF) && !began:
		return x.fault(llm.KindEmpty, "the answer is empty")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return x.fault(llm.KindTruncated, "the answer ended before "+x.marker())
	}
	e := x.fault(llm.KindConnection, "the connection broke before an answer")
	if began {
		e = x.fault(llm.KindTruncated, "the connection broke before "+x.marker())
	}
	e.Err = x.cause(err)
	return e
}

func (x *exchange) oversized(err error) error {
	if errors.Is(err, errLongEvent) {
		return x.fault(llm.KindTooLarge, fmt.Sprintf("one event of the stream is longer than %d bytes", x.MaxEvent))
	}
	return x.fault(llm.KindTooLarge, fmt.Sprintf("the answer is longer than %d bytes", x.maxBytes()))
}

func isFlate(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.As(err, &corrupt)
}

// marker names what a whole answer ends with.
func (x *exchange) marker() string {
	switch {
	case !x.stream:
		return "its last byte"
	case x.Dialect == Anthropic:
		return "message_stop"
	case x.Dialect == Gemini:
		return "a finishReason"
	}
	return "[DONE] or a finish_reason"
}

// stopped makes the error of an exchange that a timer or the caller ended, or nil.
func (x *exchange) stopped() error {
	if err := x.parent.Err(); err != nil {
		e := x.fault(llm.KindTimeout, "")
		e.Err = err
		if errors.Is(err, context.Canceled) {
			e.Kind, e.Message = llm.KindConnection, "stopped by the caller"
			notAgain(e)
		}
		return e
	}
	switch cause := context.Cause(x.ctx); {
	case errors.Is(cause, errFirstByte):
		return x.fault(llm.KindTimeout, fmt.Sprintf("no answer within %s (first-byte timeout)", x.FirstByte))
	case errors.Is(cause, errIdle):
		return x.fault(llm.KindTimeout, fmt.Sprintf("the answer stopped: no byte for %s (idle timeout)", x.Idle))
	case errors.Is(cause, errTotal):
		return x.fault(llm.KindTimeout, fmt.Sprintf("the answer took longer than %s (total timeout)", x.Total))
	}
	return nil
}
