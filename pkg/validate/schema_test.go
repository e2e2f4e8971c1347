package validate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func ExampleCompileSchema() {
	s, err := CompileSchema([]byte(`{"type": "object", "required": ["name"], "properties": {"age": {"type": "integer"}}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	var answer any
	_ = json.Unmarshal([]byte(`{"age": "12"}`), &answer)
	problems, _ := s.Check(answer)
	for _, p := range problems {
		fmt.Println(p)
	}
	// Output:
	// at the top: missing property 'name'
	// at /age: got string, want integer
}

func value(t *testing.T, text string) any {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestCheck(t *testing.T) {
	tests := []struct {
		name, schema, value string
		want                []string
	}{
		{"fits", `{"type": "object"}`, `{}`, nil},
		{"true takes all", `true`, `1`, nil},
		{"false takes nothing", `false`, `1`, []string{"at the top: false schema"}},
		{"a recursive schema", `{"$ref": "#/$defs/node", "$defs": {"node": {"properties": {"next": {"$ref": "#/$defs/node"}}, "required": ["v"]}}}`, `{"v": 1, "next": {"v": 2, "next": {}}}`, []string{"at /next/next: missing property 'v'"}},
		{"prefixItems of 2020-12", `{"prefixItems": [{"const": 1}], "items": false}`, `[1, 2]`, []string{"at /1: false schema"}},
		{"format is checked", `{"format": "date"}`, `"2026-13-01"`, []string{`at the top: '2026-13-01' is not valid date: parsing time "2026-13-01": month out of range`}},
		{"an older draft", `{"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"const": 1}]}`, `[2]`, []string{"at /0: value must be 1"}},
		{"1.0 is an integer", `{"type": "integer"}`, `1.0`, nil},
		{"large integers are exact", `{"const": 9007199254740993}`, `9007199254740992`, []string{"at the top: value must be 9007199254740993"}},
		{"a key with a slash", `{"additionalProperties": {"type": "null"}}`, `{"a/b": 1}`, []string{"at /a~1b: got number, want null"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := CompileSchema([]byte(tt.schema))
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.Check(value(t, tt.value))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestBadSchemas(t *testing.T) {
	for name, c := range map[string]struct{ schema, want string }{
		"not JSON":           {`{"type": }`, "the schema is not JSON: invalid character"},
		"not a schema":       {`{"type": "objekt"}`, "not a valid schema: at /type"},
		"a bad pattern":      {`{"pattern": "("}`, "not a valid schema: at /pattern"},
		"a host":             {`{"$ref": "http://127.0.0.1:1/s.json"}`, "http://127.0.0.1:1/s.json: a $ref may only point into the schema itself"},
		"a file":             {`{"$ref": "file:///etc/passwd"}`, "file:///etc/passwd: a $ref may only point into the schema itself"},
		"a $ref to nothing":  {`{"$ref": "#/$defs/none"}`, "/$defs/none"},
		"an unknown dialect": {`{"$schema": "https://example.com/dialect"}`, "https://example.com/dialect: a $ref may only point into"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := CompileSchema([]byte(c.schema))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// A schema that loops does not hang and does not overflow: one refers to itself alone, one doubles the
// work with each of sixty steps.
func TestSchemasThatLoop(t *testing.T) {
	var b bytes.Buffer
	b.WriteString(`{"$ref": "#/$defs/a0", "$defs": {`)
	for i := range 60 {
		fmt.Fprintf(&b, `"a%d": {"anyOf": [{"$ref": "#/$defs/a%d"}, {"$ref": "#/$defs/a%d"}]},`, i, i+1, i+1)
	}
	b.WriteString(`"a60": false}}`)
	for name, c := range map[string]struct {
		schema         string
		built, checked error // of an object with a key a
	}{
		"itself":      {`{"$ref": "#"}`, ErrLoop, nil},
		"two":         {`{"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}`, ErrLoop, nil},
		"allOf":       {`{"allOf": [{"$ref": "#"}]}`, ErrLoop, nil},
		"not":         {`{"not": {"$ref": "#"}}`, ErrLoop, nil},
		"anyOf":       {`{"anyOf": [{"$ref": "#"}, {}]}`, ErrLoop, nil},
		"dynamic":     {`{"$dynamicAnchor": "x", "$dynamicRef": "#x"}`, ErrLoop, nil},
		"below a key": {`{"properties": {"a": {"$ref": "#/properties/a"}}}`, nil, ErrLoop},
		"exponential": {b.String(), nil, ErrTooMuch},
		"a tree":      {`{"properties": {"a": {"$ref": "#"}}}`, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := CompileSchema([]byte(c.schema))
			if !errors.Is(err, c.built) {
				t.Fatalf("got %v, want %v", err, c.built)
			}
			if err != nil {
				return
			}
			if problems, err := s.Check(map[string]any{"a": map[string]any{}}); !errors.Is(err, c.checked) || len(problems) > 0 {
				t.Errorf("got %v, %v, want %v", problems, err, c.checked)
			}
		})
	}
}

func TestHugeNumbers(t *testing.T) {
	s, err := CompileSchema([]byte(`{"type": "integer"}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"1e999999999", "1E-99999", "[1e1000000]", strings.Repeat("9", 2000)} {
		if _, err := s.Check(value(t, text)); err == nil {
			t.Errorf("%.20s is checked", text)
		}
	}
	if problems, err := s.Check(value(t, "1e100")); err != nil || problems != nil {
		t.Errorf("1e100: %v, %v", problems, err)
	}
}

func FuzzSchema(f *testing.F) {
	f.Add(`{"type": "object", "required": ["a"]}`, `{"a": 1e5}`)
	f.Add(`{"$ref": "#"}`, `[]`)
	f.Add(`{"multipleOf": 0.01, "format": "email"}`, `1.005`)
	f.Fuzz(func(t *testing.T, schema, text string) {
		s, err := CompileSchema([]byte(schema))
		if err != nil {
			return
		}
		var v any
		dec := json.NewDecoder(strings.NewReader(text))
		dec.UseNumber()
		if dec.Decode(&v) == nil {
			_, _ = s.Check(v)
		}
	})
}
