package openai

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// mends is what must be changed in the JSON that the SDK makes of a request before it is sent.
type mends struct {
	fields   map[string]any         // top-level fields to set
	messages map[int]map[string]any // fields of single messages to set
}

// message gives the fields to set in a message.
func (m *mends) message(at int) map[string]any {
	if m.messages[at] == nil {
		m.messages[at] = map[string]any{}
	}
	return m.messages[at]
}

// keepContent puts back an empty content, which the SDK omits and servers require.
func (m *mends) keepContent(at int, content string) {
	if content == "" {
		m.message(at)["content"] = ""
	}
}

// apply changes the body, and lays the request's options over it last.
func (m *mends) apply(body []byte, req *llm.Request) ([]byte, error) {
	if mended, ok := m.splice(body); ok && len(req.Options) == 0 {
		return mended, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, err
	}
	if err := set(fields, m.fields); err != nil {
		return nil, err
	}
	if len(m.messages) > 0 {
		var list []map[string]json.RawMessage
		if err := json.Unmarshal(fields["messages"], &list); err != nil {
			return nil, err
		}
		for at, changes := range m.messages {
			if err := set(list[at], changes); err != nil {
				return nil, err
			}
		}
		if err := set(fields, map[string]any{"messages": list}); err != nil {
			return nil, err
		}
	}
	body, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	return req.Overlay(body, "model", "messages", "stream")
}

// splice changes the body without reading it, which is enough for most requests: the SDK writes the model
// first, as "", and leaves out all that the other fields set.
func (m *mends) splice(body []byte) ([]byte, bool) {
	const begin = `{"model":"",`
	model, err := json.Marshal(m.fields["model"])
	if err != nil || len(m.messages) > 0 || !bytes.HasPrefix(body, []byte(begin)) {
		return nil, false
	}
	out := slices.Concat([]byte(`{"model":`), model, body[len(begin)-1:len(body)-1])
	for _, name := range slices.Sorted(maps.Keys(m.fields)) { // the same request is the same text
		if name == "model" {
			continue
		}
		raw, err := json.Marshal(m.fields[name])
		if err != nil {
			return nil, false
		}
		out = append(fmt.Appendf(out, ",%q:", name), raw...)
	}
	return append(out, '}'), true
}

func set(fields map[string]json.RawMessage, values map[string]any) error {
	for name, v := range values {
		raw, err := json.Marshal(v)
		if err != nil {
			return err
		}
		fields[name] = raw
	}
	return nil
}
