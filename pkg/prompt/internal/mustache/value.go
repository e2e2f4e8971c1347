package mustache

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
)

// truthy tells whether a section is rendered: not for nil, false, the empty list and the empty string.
// The specification leaves the empty string open; an optional variable that is given as "" reads as
// absent here. Zero is a number like any other.
func truthy(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case []any:
		return len(v) > 0
	}
	return true
}

// Text is how a value reads in a prompt. Lists and objects are written as compact JSON with sorted keys.
func Text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case uint64:
		return strconv.FormatUint(v, 10)
	case float64:
		return number(v)
	case json.Number:
		return v.String()
	case []any, map[string]any:
		return asJSON(v)
	}
	return "" // nothing else is data
}

func number(f float64) string {
	if a := math.Abs(f); a != 0 && (a < 1e-6 || a >= 1e21) { // as JSON and JavaScript write them
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

func asJSON(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(v) != nil {
		return ""
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}
