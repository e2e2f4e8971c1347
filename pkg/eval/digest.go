package eval

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// digest hashes the parts, each as the JSON that json.Encoder makes of it, a line a part: half of a sha256, in hex.
// Stored runs and baselines hold such hashes, so that the text that is hashed must stay as it is.
func digest(parts ...any) string {
	buf := make([]byte, 0, 512)
	for _, p := range parts {
		buf = append(appendJSON(buf, p), '\n')
	}
	sum := sha256.Sum256(buf)
	return hex.EncodeToString(sum[:16])
}

// appendJSON writes what cases consist of most without the encoder, which takes most of the time of reading a
// suite otherwise.
func appendJSON(buf []byte, part any) []byte {
	switch v := part.(type) {
	case string:
		if plain(v) {
			return appendQuoted(buf, v)
		}
	case []string:
		if v == nil {
			return append(buf, "null"...)
		}
		if !slices.ContainsFunc(v, func(s string) bool { return !plain(s) }) {
			return appendList(buf, v)
		}
	case json.RawMessage: // of a case that was read, so that it is valid
		if v == nil {
			return append(buf, "null"...)
		}
		if len(v) > 1 && v[0] == '"' && unescaped(v) {
			return append(buf, v...)
		}
	case map[string]any:
		if v == nil {
			return append(buf, "null"...)
		}
		if more, ok := appendVars(buf, v); ok {
			return more
		}
	case []llm.Message:
		if v == nil {
			return append(buf, "null"...)
		}
	}
	return appendEncoded(buf, part)
}

func appendEncoded(buf []byte, part any) []byte {
	var out bytes.Buffer
	if err := json.NewEncoder(&out).Encode(part); err != nil {
		return fmt.Append(buf, part) // a NaN from a YAML file
	}
	return append(buf, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...)
}

func appendQuoted(buf []byte, s string) []byte {
	return append(append(append(buf, '"'), s...), '"')
}

func appendList(buf []byte, list []string) []byte {
	buf = append(buf, '[')
	for i, s := range list {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = appendQuoted(buf, s)
	}
	return append(buf, ']')
}

// appendVars writes variables that are all plain texts, in the order of their names.
func appendVars(buf []byte, vars map[string]any) (_ []byte, ok bool) {
	buf = append(buf, '{')
	for i, name := range slices.Sorted(maps.Keys(vars)) {
		value, isText := vars[name].(string)
		if !isText || !plain(name) || !plain(value) {
			return buf, false
		}
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = appendQuoted(append(appendQuoted(buf, name), ':'), value)
	}
	return append(buf, '}'), true
}

// plain tells whether JSON writes the text as it is: ASCII without what is escaped, be it for HTML.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}

// unescaped tells whether the encoder leaves a JSON text as it is.
func unescaped(raw []byte) bool {
	for _, c := range raw {
		if c < ' ' || c > '~' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}
