package wire

import (
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Inside makes the error of a failure that a document reports about one of many requests, as the results of
// a batch do: body is what would have been the body of its answer, and status its status, 0 for none. redact
// takes secrets out of the message; it may be nil.
func Inside(provider string, status int, body []byte, redact func(string) string) *llm.Error {
	if redact == nil {
		redact = func(s string) string { return s }
	}
	r := readReport(body)
	e := &llm.Error{Provider: provider, Status: status, Code: clean(redact(r.code), 80)}
	e.Kind, _ = kindOf(status, r)
	e.Message = clean(redact(strings.ToValidUTF8(r.message, "")), maxMessage)
	return e
}
