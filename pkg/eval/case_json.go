package eval

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/score"
)

// caseJSON is a case as files write it.
type caseJSON struct {
	ID              label           `json:"id"`
	Input           json.RawMessage `json:"input"` // text, or a list of messages
	Vars            map[string]any  `json:"vars"`
	Messages        []message       `json:"messages"`
	Expected        json.RawMessage `json:"expected"`
	ExpectedIntent  string          `json:"expected_intent"`
	ExpectedTone    string          `json:"expected_tone"`
	ExpectedRefusal *bool           `json:"expected_refusal"`
	MustContain     labels          `json:"must_contain"`
	MustNotContain  labels          `json:"must_not_contain"`
	Schema          json.RawMessage `json:"schema"`
	Context         labels          `json:"context"`
	Relevant        json.RawMessage `json:"relevant"` // ids, or grades by id
	Retrieved       labels          `json:"retrieved"`
	Tags            labels          `json:"tags"`
	Cluster         label           `json:"cluster"`
	Weight          *float64        `json:"weight"`
	Required        bool            `json:"required"`
	Scorers         json.RawMessage `json:"scorers"`
	Metadata        map[string]any  `json:"metadata"` // the author's own; nothing reads it
}

// caseKeys lists the keys that a case may have.
func caseKeys() []string {
	t := reflect.TypeFor[caseJSON]()
	keys := make([]string, t.NumField())
	for i := range keys {
		keys[i] = t.Field(i).Tag.Get("json")
	}
	return keys
}

// label is a text that may be written as a number.
type label string

func (l *label) UnmarshalJSON(b []byte) error {
	switch {
	case string(b) == "null":
		return nil
	case b[0] == '"' && bytes.IndexByte(b, '\\') < 0: // it is valid JSON, and UTF-8 as all of the record
		*l = label(b[1 : len(b)-1])
		return nil
	case b[0] == '"':
		return json.Unmarshal(b, (*string)(l))
	case b[0] == '{' || b[0] == '[' || b[0] == 't' || b[0] == 'f':
		return &json.UnmarshalTypeError{Value: jsonWord(b), Type: reflect.TypeFor[string]()}
	}
	*l = label(b)
	return nil
}

// labels is a list of texts that may be written as a single one.
type labels []string

func (l *labels) UnmarshalJSON(b []byte) error {
	var list []label
	if b[0] != '[' {
		if string(b) == "null" {
			return nil
		}
		list = make([]label, 1)
		if err := list[0].UnmarshalJSON(b); err != nil {
			return err
		}
	} else if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	*l = make(labels, len(list))
	for i, s := range list {
		(*l)[i] = string(s)
	}
	return nil
}

type message struct {
	Role    llm.Role `json:"role"`
	Content string   `json:"content"`
}

// locate turns a byte offset into the record into line and column of its file.
type locate func(offset int64) (line, column int)

// decodeCase reads a record that starts at a place of a file. Errors are *diag.Error.
func decodeCase(file string, raw []byte, at locate) (*Case, error) {
	var j caseJSON
	if err := decodeStrict(raw, &j); err != nil {
		offset, msg, hint := jsonProblem(raw, err)
		line, column := at(offset)
		return nil, diag.At(file, line, column, "%s", msg).WithHint("%s", hint)
	}
	if key, offset, found := repeatedKey(raw); found {
		line, column := at(int64(offset))
		return nil, diag.At(file, line, column, "the key %q is there twice", key).WithHint("keep the one that is meant")
	}
	line, column := at(int64(len(raw) - len(bytes.TrimLeft(raw, " \t\r\n"))))
	c, err := j.build(file, line)
	if err != nil {
		var placed *diag.Error
		if errors.As(err, &placed) && placed.File != "" {
			return nil, err
		}
		return nil, diag.At(file, line, column, "%w", err).WithHint("%s", diag.HintOf(err))
	}
	return c, nil
}

func decodeStrict(raw []byte, into any) error {
	if !utf8.Valid(raw) {
		return errNotUTF8
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return &trailing{dec.InputOffset()}
	}
	return nil
}

func (j *caseJSON) build(file string, line int) (*Case, error) {
	c := &Case{
		ID: string(j.ID), Vars: j.Vars, Expected: known(j.Expected), ExpectedIntent: j.ExpectedIntent,
		ExpectedTone: j.ExpectedTone, MustContain: j.MustContain, MustNotContain: j.MustNotContain,
		Refusal: j.ExpectedRefusal, Schema: known(j.Schema), Context: j.Context, Tags: j.Tags, Cluster: string(j.Cluster),
		Weight: 1, Required: j.Required, Place: Place{file, line},
	}
	if j.Weight != nil {
		c.Weight, c.weighted = *j.Weight, true
	}
	if !(c.Weight >= 0) || math.IsInf(c.Weight, 0) {
		return nil, diag.Errorf("weight is %v", c.Weight).WithHint("a weight is 0 or more")
	}
	var err error
	if c.Retrieved = j.Retrieved; len(known(j.Relevant)) > 0 {
		if c.Relevant, err = relevance(j.Relevant); err != nil {
			return nil, err
		}
	}
	messages := j.Messages
	if input := known(j.Input); len(input) > 0 {
		if input[0] == '[' {
			messages = nil
			if err := decodeStrict(input, &messages); err != nil {
				return nil, diag.Errorf("input is a list, but not of messages with role and content")
			}
		} else if err := json.Unmarshal(input, &c.Input); err != nil {
			return nil, diag.Errorf("input wants text or a list of messages, not %s", jsonWord(input))
		}
	}
	if err := c.setMessages(messages); err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	return c, c.setScorers(j.Scorers, file, line)
}

// relevance reads which documents are right: their ids, of grade 1, or a grade for each id.
func relevance(raw json.RawMessage) (map[string]float64, error) {
	out := map[string]float64{}
	if raw[0] == '{' {
		if json.Unmarshal(raw, &out) != nil {
			return nil, diag.Errorf("relevant wants a number for each id")
		}
		for id, grade := range out {
			if !(grade >= 0) || math.IsInf(grade, 0) {
				return nil, diag.Errorf("the grade of relevant document %q is %v", id, grade).WithHint("a grade is 0 or more")
			}
		}
		return out, nil
	}
	var ids labels
	if ids.UnmarshalJSON(raw) != nil {
		return nil, diag.Errorf("relevant wants a list of ids, or a number for each id, not %s", jsonWord(raw))
	}
	for _, id := range ids {
		out[id] = 1
	}
	return out, nil
}

func (c *Case) setMessages(messages []message) error {
	for i, m := range messages {
		switch m.Role {
		case llm.RoleSystem, llm.RoleUser, llm.RoleAssistant:
			c.Messages = append(c.Messages, llm.Text(m.Role, m.Content))
		default:
			return diag.Errorf("message %d has the role %q", i+1, string(m.Role)).WithHint("roles: system, user, assistant")
		}
	}
	return nil
}

func (c *Case) check() error {
	for _, s := range slices.Concat(c.MustContain, c.MustNotContain) {
		if s == "" {
			return diag.Errorf("must_contain and must_not_contain hold an empty text, which is in every answer")
		}
	}
	if strings.ContainsAny(c.ID, "\n\r\x00") {
		return diag.Errorf("the id holds a line end")
	}
	if len(c.Schema) > 0 && c.Schema[0] != '{' {
		return diag.Errorf("schema wants a JSON Schema, not %s", jsonWord(c.Schema))
	}
	return nil
}

// setScorers builds the case's own scorers. JSON is YAML, so the one builder does for both.
func (c *Case) setScorers(raw json.RawMessage, file string, line int) error {
	if len(known(raw)) == 0 {
		return nil
	}
	var node yaml.Node
	if err := yaml.Unmarshal(raw, &node); err != nil || len(node.Content) != 1 || node.Content[0].Kind != yaml.SequenceNode {
		return diag.Errorf("scorers wants a list of scorers, not %s", jsonWord(raw))
	}
	for _, n := range node.Content[0].Content {
		m, err := score.Build(n)
		if err != nil {
			var d *diag.Error
			if errors.As(err, &d) {
				d.File, d.Line, d.Column = file, line, 0
			}
			return err
		}
		if m.Reduce != nil {
			return diag.Errorf("scorer %s: reduce has no place in a case", m.Name).WithHint("set it in %s, for all cases", suiteName)
		}
		m.Line = line
		c.Metrics = append(c.Metrics, m)
	}
	return nil
}

// known drops a null.
func known(raw json.RawMessage) json.RawMessage {
	if string(raw) == "null" {
		return nil
	}
	return raw
}

// jsonWord names the kind of a JSON value.
func jsonWord(raw []byte) string {
	switch b := bytes.TrimLeft(raw, " \t\r\n"); {
	case len(b) == 0:
		return "nothing"
	case b[0] == '{':
		return "an object"
	case b[0] == '[':
		return "a list"
	case b[0] == '"':
		return "text"
	case b[0] == 't' || b[0] == 'f':
		return "true or false"
	}
	return "a number"
}
