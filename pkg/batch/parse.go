package batch

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// line is an input record: ours, or OpenAI's with a request under body.
type line struct {
	ID       json.RawMessage `json:"id"`
	CustomID json.RawMessage `json:"custom_id"`
	Vars     map[string]any  `json:"vars"`
	question

	// OpenAI's. A record of ours may have fields of these names too, of any kind.
	Method json.RawMessage `json:"method"`
	URL    json.RawMessage `json:"url"`
	Body   json.RawMessage `json:"body"`
}

// textOf is a value that is text; "" for any other.
func textOf(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return ""
	}
	return text
}

// question is what a record of ours asks.
type question struct {
	Input       json.RawMessage `json:"input"` // text, or a list of messages
	Messages    []message       `json:"messages"`
	Model       string          `json:"model"`
	Temperature *float64        `json:"temperature"`
	MaxTokens   int             `json:"max_tokens"`
}

// parser makes calls of records.
type parser struct {
	name     string
	settings *Settings
}

// item fills in id, hash and call of an item, or its error. The id is there with an error too, where it
// could be read.
func (p *parser) item(it *item) {
	var l line
	err := decode(it.raw, &l)
	if err == nil && !isObject(it.raw) {
		err = errNoObject // null
	}
	if err != nil {
		it.err = p.problem(it, err)
		return
	}
	var fields map[string]any
	if len(p.settings.Map) > 0 || p.settings.ID != "" {
		if err := decode(it.raw, &fields); err != nil {
			it.err = p.problem(it, err)
			return
		}
	}
	id, err := p.id(&l, fields, it)
	if err != nil {
		it.err = p.at(it, err)
		return
	}
	it.id, it.hash = id, recordHash(it.raw)
	it.call, err = p.call(&l, fields)
	if err != nil {
		it.err = p.at(it, err)
		return
	}
	it.call.Unit, it.call.Request.Case = id, id
}

func decode(raw []byte, into any) error {
	if !utf8.Valid(raw) {
		return errNotUTF8
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return diag.Errorf("something follows the record").WithHint("write one JSON object a line")
	}
	return nil
}

var (
	errNotUTF8  = errors.New("not UTF-8 text")
	errNoObject = errors.New("no object")
)

func isObject(raw []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) }

// problem words an error of decode without any text of the record.
func (p *parser) problem(it *item, err error) error {
	if errors.Is(err, errNotUTF8) || isUser(err) {
		return p.at(it, err)
	}
	if !isObject(it.raw) {
		return diag.At(p.name, it.line, 1, "a record is a JSON object").WithHint(`for example {"id": "1", "input": "Hello"}`)
	}
	if d, ok := errors.AsType[*diag.Error](diag.JSON(p.name, it.raw, err)); ok {
		d.Line = it.line
		return d
	}
	return p.at(it, err)
}

// at gives an error the place of the item, and keeps its hint.
func (p *parser) at(it *item, err error) error {
	column := 0
	if d, ok := errors.AsType[*diag.Error](err); ok {
		if d.File != "" {
			return diag.At(p.name, it.line, 0, "%w", err).WithHint("%s", diag.HintOf(err))
		}
		column = d.Column
	}
	return diag.At(p.name, it.line, column, "%w", err).WithHint("%s", diag.HintOf(err))
}

// maxID is the longest id, in bytes.
const maxID = 1000

// id reads the record's id: text or a number. A record without one is known by its line.
func (p *parser) id(l *line, fields map[string]any, it *item) (string, error) {
	raw := l.ID
	if len(raw) == 0 || string(raw) == "null" {
		raw = l.CustomID
	}
	if p.settings.ID != "" {
		value, ok := field(fields, p.settings.ID)
		if !ok {
			return "", diag.Errorf("it has no field %q for the id", p.settings.ID)
		}
		raw, _ = json.Marshal(value) // it was JSON a moment ago
	}
	if len(raw) == 0 || string(raw) == "null" {
		it.raw = withID(it.raw, it.line)
		return strconv.Itoa(it.line), nil
	}
	var id string
	var number json.Number
	switch {
	case json.Unmarshal(raw, &id) == nil:
	case raw[0] != '"' && json.Unmarshal(raw, &number) == nil:
		id = number.String()
	default:
		return "", diag.Errorf("the id is neither text nor a number")
	}
	if id == "" || len(id) > maxID || strings.ContainsAny(id, "\n\r\x00") {
		return "", diag.Errorf("the id is empty, longer than %d bytes or holds a line end", maxID)
	}
	return id, nil
}

// withID writes the id that a record has by its line into it, so that it keeps it in the file of errors.
func withID(raw []byte, line int) []byte {
	rest := bytes.TrimLeft(bytes.TrimLeft(raw, " \t")[1:], " \t")
	out := append([]byte(`{"id":"`), strconv.Itoa(line)...)
	if len(rest) > 0 && rest[0] == '}' {
		return append(append(out, '"'), rest...)
	}
	return append(append(out, `",`...), rest...)
}

// call makes the engine's call.
func (p *parser) call(l *line, fields map[string]any) (engine.Call, error) {
	s := p.settings
	call := engine.Call{Prompt: s.Prompt, Version: s.Version, Task: s.Task, Tenant: s.Tenant, Source: ledger.FromBatch, Run: s.Run}
	prompted := s.Prompt != "" || s.Version != nil
	mapped, err := p.mapped(l, fields, prompted)
	if err != nil {
		return call, err
	}
	if call.Request, err = l.request(); err != nil {
		return call, err
	}
	if s.Model != "" {
		call.Request.Model = s.Model
	}
	call.Vars = l.Vars
	if prompted && len(mapped) > 0 {
		call.Vars = mapped
		for name, value := range l.Vars {
			if _, has := mapped[name]; !has {
				mapped[name] = value
			}
		}
	}
	switch {
	case prompted:
		return call, nil
	case len(l.Vars) > 0:
		return call, diag.Errorf("it has vars, and no prompt to fill").WithHint("name the prompt: --prompt name@^1.0.0")
	case len(call.Request.Messages) == 0:
		return call, noQuestion(l)
	}
	return call, nil
}

func noQuestion(l *line) error {
	switch {
	case l.isOpenAI():
		return diag.Errorf("its body has no messages")
	case len(l.CustomID) > 0 && textOf(l.URL) != "":
		return diag.Errorf("it has no body with a request")
	}
	return diag.Errorf("it has neither input nor messages").
		WithHint(`a record is a line: {"id": "1", "input": "Hello"}; --map input=FIELD takes another field, or column of a CSV file`)
}

// isOpenAI tells OpenAI's line from a record of ours that has a text field called body.
func (l *line) isOpenAI() bool {
	return len(l.Body) > 0 && (l.Body[0] == '{' || textOf(l.URL) != "" || len(l.CustomID) > 0)
}

// request is what the record asks by itself.
func (l *line) request() (llm.Request, error) {
	if !l.isOpenAI() {
		return l.question.request()
	}
	if method := textOf(l.Method); method != "" && method != http.MethodPost {
		return llm.Request{}, diag.Errorf("its method is %q, not POST", method)
	}
	return bodyRequest(textOf(l.URL), l.Body)
}

func (q *question) request() (llm.Request, error) {
	req := llm.Request{Model: q.Model, Temperature: q.Temperature, MaxTokens: q.MaxTokens}
	if q.MaxTokens < 0 {
		return req, diag.Errorf("max_tokens is %d", q.MaxTokens)
	}
	messages, err := inputMessages(q.Input)
	if err != nil {
		return req, err
	}
	req.Messages, err = convert(append(messages, q.Messages...))
	return req, err
}
