package wire

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// report is what a server says about a failure, in whichever of the many shapes it says it.
type report struct {
	words   []string // its codes, types and reasons, the most exact first, in lower case
	code    string   // the first of them as it was written
	status  int      // a status given as a number inside the document, 0 when there is none
	message string
	isJSON  bool
	delay   time.Duration // how long to wait (Google's RetryInfo), 0 when it does not say
}

// failure has the fields of all shapes of error objects: OpenAI's, Anthropic's, Google's, FastAPI's
// (detail), Hugging Face's (error_type), OAuth's (error_description).
type failure struct {
	Error       json.RawMessage `json:"error"`
	Code        any             `json:"code"`
	Type        any             `json:"type"`
	Status      any             `json:"status"`
	Reason      any             `json:"reason"`
	ErrorType   string          `json:"error_type"`
	Message     any             `json:"message"`
	Msg         string          `json:"msg"`
	Description string          `json:"error_description"`
	Detail      json.RawMessage `json:"detail"`
	Inner       struct {
		Code string `json:"code"`
	} `json:"innererror"`
	Details []struct {
		Reason     string `json:"reason"`
		RetryDelay string `json:"retryDelay"`
	} `json:"details"`
	Choices []failure `json:"choices"`
}

// readReport reads what it can of an error document; of what is no JSON it makes the message.
func readReport(data []byte) report {
	var r report
	var f failure
	doc := unlisted(data)
	if !json.Valid(doc) {
		r.message = string(data)
		return r
	}
	r.isJSON = true
	_ = json.Unmarshal(doc, &f) // fields of another type than expected stay empty
	r.add(&f, 0)
	return r
}

// add takes over what an object says, the inner objects first, as they are more exact.
func (r *report) add(f *failure, depth int) {
	if depth > 3 {
		return
	}
	for i := range f.Choices {
		r.add(&f.Choices[i], depth+1)
	}
	for _, raw := range []json.RawMessage{f.Error, f.Detail} {
		r.addRaw(raw, depth)
	}
	for _, d := range f.Details {
		r.word(d.Reason)
		if wait, err := time.ParseDuration(d.RetryDelay); err == nil && wait > 0 {
			r.delay = wait
		}
	}
	r.word(f.Inner.Code)
	for _, v := range []any{f.Code, f.Type, f.ErrorType, f.Status, f.Reason} {
		r.word(v)
	}
	for _, v := range []any{f.Message, f.Msg, f.Description} {
		if text, ok := v.(string); ok && r.message == "" {
			r.message = text
		}
	}
}

// addRaw reads a field that may be a text, an object or a list of objects.
func (r *report) addRaw(raw json.RawMessage, depth int) {
	if !says(raw) {
		return
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		if r.message == "" {
			r.message = text
		}
		return
	}
	var inner failure
	if doc := unlisted(raw); len(doc) > 0 && doc[0] == '{' {
		_ = json.Unmarshal(doc, &inner)
		r.add(&inner, depth+1)
	}
}

func (r *report) word(v any) {
	switch v := v.(type) {
	case float64:
		r.number(int(v))
	case string:
		if n, err := strconv.Atoi(v); err == nil {
			r.number(n)
		} else if v != "" && v != "error" {
			if r.code == "" {
				r.code = v
			}
			r.words = append(r.words, strings.ToLower(v))
		}
	}
}

func (r *report) number(n int) {
	if r.status == 0 && n >= 300 && n < 600 {
		r.status = n
	}
}

// unlisted takes the first document out of a list: Google's compatible endpoint wraps errors in one.
func unlisted(data []byte) []byte {
	data = bytes.TrimSpace(data)
	if len(data) == 0 || data[0] != '[' {
		return data
	}
	var list []json.RawMessage
	if json.Unmarshal(data, &list) != nil || len(list) == 0 {
		return data
	}
	return list[0]
}
