package llm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// MergeOptions lays options over others: maps inside them are joined key by key, at any depth, and
// everything else replaces what was there. Neither is changed; the result is nil when both are empty.
func MergeOptions(below, above map[string]any) map[string]any {
	if len(below) == 0 {
		return above
	}
	out := maps.Clone(below)
	for key, value := range above {
		under, isMap := out[key].(map[string]any)
		over, andAbove := value.(map[string]any)
		if isMap && andAbove {
			value = MergeOptions(under, over)
		}
		out[key] = value
	}
	return out
}

// Overlay lays Options over the JSON of a request, body, as RFC 7396 merges a patch: objects are merged
// key by key, null removes a field, and everything else replaces what was there. One array is added to
// instead of replaced, the top-level "tools", where the tools of the provider itself join the functions
// of the request. The keys that are reserved belong to the client; an option with such a name is an
// *Error of KindInvalid.
func (r *Request) Overlay(body []byte, reserved ...string) ([]byte, error) {
	if len(r.Options) == 0 {
		return body, nil
	}
	for _, key := range reserved {
		if _, has := r.Options[key]; has {
			return nil, &Error{Kind: KindInvalid, Model: r.Model, Message: "options cannot set " + key}
		}
	}
	patch, err := json.Marshal(r.Options)
	if err != nil {
		return nil, &Error{Kind: KindInvalid, Model: r.Model, Message: "options are not JSON", Err: err}
	}
	return mergePatch(body, patch, "tools")
}

// mergePatch keeps the bytes of all that the patch does not touch, and so the order of a schema's keys.
func mergePatch(target, patch json.RawMessage, joined string) (json.RawMessage, error) {
	var to, from map[string]json.RawMessage
	if json.Unmarshal(patch, &from) != nil || from == nil {
		return patch, nil // not an object
	}
	if json.Unmarshal(target, &to) != nil || to == nil {
		to = map[string]json.RawMessage{}
	}
	for key, value := range from {
		switch {
		case bytes.Equal(value, []byte("null")):
			delete(to, key)
			continue
		case key == joined && isArray(to[key]) && isArray(value):
			value = joinArrays(to[key], value)
		default:
			var err error
			if value, err = mergePatch(to[key], value, ""); err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
		}
		to[key] = value
	}
	return json.Marshal(to)
}

func isArray(j json.RawMessage) bool { return len(j) > 0 && bytes.TrimSpace(j)[0] == '[' }

func joinArrays(a, b json.RawMessage) json.RawMessage {
	var first, second []json.RawMessage
	if json.Unmarshal(a, &first) != nil || json.Unmarshal(b, &second) != nil {
		return b
	}
	joined, err := json.Marshal(slices.Concat(first, second))
	if err != nil {
		return b
	}
	return joined
}
