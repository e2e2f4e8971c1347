package prompt

import (
	"encoding/json"
	"strconv"
	"strings"
)

// The exports of servers are read leniently: what is missing or of another type reads as zero.

func str(v any) string { s, _ := v.(string); return s }

func object(v any) map[string]any { m, _ := v.(map[string]any); return m }

func firstObject(vs ...any) map[string]any {
	for _, v := range vs {
		if m := object(v); m != nil {
			return m
		}
	}
	return nil
}

// num reads a number, also one that was written as text.
func num(v any) float64 {
	switch v := v.(type) {
	case json.Number:
		f, _ := v.Float64()
		return f
	case string:
		f, _ := strconv.ParseFloat(v, 64)
		return f
	}
	return 0
}

func strs(v any) []string {
	items, _ := v.([]any)
	var out []string
	for _, item := range items {
		switch item := item.(type) {
		case string:
			out = append(out, item)
		case map[string]any: // MLflow's {"alias": …}
			if s := str(item["alias"]); s != "" {
				out = append(out, s)
			}
		}
	}
	return out
}

// mlflowTags reads tags as an object, or as a list of {key, value}.
func mlflowTags(v any) map[string]string {
	out := map[string]string{}
	for k, v := range object(v) {
		out[k] = str(v)
	}
	items, _ := v.([]any)
	for _, item := range items {
		m := object(item)
		out[str(m["key"])] = str(m["value"])
	}
	return out
}

// decoded gives a tag's text, or the JSON in it.
func decoded(s string, isJSON bool) any {
	if !isJSON || s == "" {
		if s == "" {
			return nil
		}
		return s
	}
	var v any
	dec := json.NewDecoder(strings.NewReader(s))
	dec.UseNumber()
	if dec.Decode(&v) != nil {
		return s
	}
	return v
}
