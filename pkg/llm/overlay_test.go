package llm_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func TestOverlay(t *testing.T) {
	type options = map[string]any
	for name, c := range map[string]struct {
		body    string
		options options
		want    string
	}{
		"nothing":          {`{"b":1, "a":2}`, nil, `{"b":1, "a":2}`},
		"added":            {`{"a":1}`, options{"b": true}, `{"a":1,"b":true}`},
		"replaced":         {`{"a":[1,2]}`, options{"a": []int{3}}, `{"a":[3]}`},
		"removed by null":  {`{"a":1,"b":2}`, options{"a": nil}, `{"b":2}`},
		"objects merged":   {`{"a":{"x":1,"y":2}}`, options{"a": options{"y": nil, "z": 3}}, `{"a":{"x":1,"z":3}}`},
		"object over text": {`{"a":"x"}`, options{"a": options{"z": nil, "y": 1}}, `{"a":{"y":1}}`},
		"tools joined":     {`{"tools":[{"f":1}]}`, options{"tools": []any{options{"g": 2}}}, `{"tools":[{"f":1},{"g":2}]}`},
		"tools, none yet":  {`{}`, options{"tools": []any{options{"g": 2}}}, `{"tools":[{"g":2}]}`},
		"inner tools":      {`{"a":{"tools":[1]}}`, options{"a": options{"tools": []any{2}}}, `{"a":{"tools":[2]}}`},
		"key order kept":   {`{"s":{"z":1,"a":2}}`, options{"t": 1}, `{"s":{"z":1,"a":2},"t":1}`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := (&llm.Request{Options: c.options}).Overlay([]byte(c.body), "model")
			if err != nil || string(got) != c.want {
				t.Errorf("got %s, %v, want %s", got, err, c.want)
			}
		})
	}
}

func TestOverlayRefuses(t *testing.T) {
	for name, options := range map[string]map[string]any{
		"a reserved key": {"model": "other"},
		"what no JSON is": {"f": func() {
		}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := (&llm.Request{Options: options}).Overlay([]byte(`{}`), "model")
			if e, ok := errors.AsType[*llm.Error](err); !ok || e.Kind != llm.KindInvalid {
				t.Errorf("error %v, want an invalid request", err)
			}
		})
	}
}

func FuzzOverlay(f *testing.F) {
	f.Add(`{"a":{"b":[1,2]},"tools":[1]}`, `{"a":{"b":null},"tools":[{}]}`)
	f.Add(`{}`, `{"x":"<&>"}`)
	f.Fuzz(func(t *testing.T, body, options string) {
		var req llm.Request
		if json.Unmarshal([]byte(options), &req.Options) != nil || len(req.Options) == 0 || !json.Valid([]byte(body)) {
			t.Skip()
		}
		got, err := req.Overlay([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(got, &fields); err != nil {
			t.Fatalf("%v in %s", err, got)
		}
		for key, value := range req.Options {
			if _, has := fields[key]; has == (value == nil) {
				t.Errorf("key %q of %v is wrong in %s", key, req.Options, got)
			}
		}
	})
}
