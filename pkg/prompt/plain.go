package prompt

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"

	"github.com/llmops-toolkit/llmops/pkg/prompt/internal/schema"
)

// Plain turns a Go value into plain data: nil, bool, string, int64, uint64, float64, json.Number, []any
// and map[string]any. Slices, arrays, maps with string keys, pointers and named types of these are taken
// apart by reflection, so that none of their methods is called. Structs, functions and channels are not
// data.
func Plain(v any) (any, error) { return plain(v, 0) }

func plain(v any, depth int) (any, error) {
	if depth > 100 {
		return nil, fmt.Errorf("is nested deeper than 100")
	}
	switch v := v.(type) {
	case nil, bool, string, int, int64, uint64:
		return v, nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("must be a finite number")
		}
		return v, nil
	case json.Number:
		if _, ok := schema.Float(v); !ok {
			return nil, fmt.Errorf("must be a finite number")
		}
		return v, nil
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, item := range v {
			p, err := plain(item, depth+1)
			if err != nil {
				return nil, err
			}
			out[k] = p
		}
		return out, nil
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			p, err := plain(item, depth+1)
			if err != nil {
				return nil, err
			}
			out[i] = p
		}
		return out, nil
	}
	return reflected(reflect.ValueOf(v), depth)
}

func reflected(v reflect.Value, depth int) (any, error) {
	switch v.Kind() {
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.String:
		return v.String(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return v.Uint(), nil
	case reflect.Float32, reflect.Float64:
		return plain(v.Float(), depth)
	case reflect.Pointer:
		if v.IsNil() {
			return nil, nil
		}
		return plain(v.Elem().Interface(), depth+1)
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return nil, fmt.Errorf("is bytes, which are not text: convert them to a string")
		}
		list := make([]any, v.Len())
		for i := range list {
			list[i] = v.Index(i).Interface()
		}
		return plain(list, depth)
	case reflect.Map:
		if v.Type().Key().Kind() != reflect.String {
			break
		}
		m := make(map[string]any, v.Len())
		for it := v.MapRange(); it.Next(); {
			m[it.Key().String()] = it.Value().Interface()
		}
		return plain(m, depth)
	}
	return nil, fmt.Errorf("has the Go type %s, which is not data", v.Type())
}
