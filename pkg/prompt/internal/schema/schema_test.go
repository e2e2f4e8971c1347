package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

func node(t testing.TB, text string) *yaml.Node {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	return doc.Content[0]
}

func TestFromYAML(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"scalar":             {`string`, `{"type":"string"}`},
		"described":          {`string, the name, in full`, `{"type":"string","description":"the name, in full"}`},
		"any":                {`any`, `{}`},
		"any, described":     {`any, whatever`, `{"description":"whatever"}`},
		"null":               {`a: null`, `{"type":"object","properties":{"a":{"type":"null"}},"required":["a"],"additionalProperties":false}`},
		"order kept":         {"b: string\na: integer", `{"type":"object","properties":{"b":{"type":"string"},"a":{"type":"integer"}},"required":["b","a"],"additionalProperties":false}`},
		"optional":           {"a?: number, how much", `{"type":"object","properties":{"a":{"type":["number","null"],"description":"how much"}},"additionalProperties":false}`},
		"array":              {"tags(array, a list of tags): string, one tag", `{"type":"object","properties":{"tags":{"type":"array","description":"a list of tags","items":{"type":"string","description":"one tag"}}},"required":["tags"],"additionalProperties":false}`},
		"optional array":     {"tags?(array): boolean", `{"type":"object","properties":{"tags":{"type":["array","null"],"items":{"type":"boolean"}}},"additionalProperties":false}`},
		"object":             {"o(object, nested):\n  a: string", `{"type":"object","properties":{"o":{"type":"object","description":"nested","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}},"required":["o"],"additionalProperties":false}`},
		"object by nesting":  {"o:\n  a?: any", `{"type":"object","properties":{"o":{"type":"object","properties":{"a":{}},"additionalProperties":false}},"required":["o"],"additionalProperties":false}`},
		"enum":               {"s(enum, the size): [S, 2, true]", `{"type":"object","properties":{"s":{"description":"the size","enum":["S",2,true]}},"required":["s"],"additionalProperties":false}`},
		"optional enum":      {"s?(enum): [S]", `{"type":"object","properties":{"s":{"enum":["S",null]}},"additionalProperties":false}`},
		"wildcard":           {"a: string\n(*): number", `{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":{"type":"number"}}`},
		"a variable type":    {"type: string", `{"type":"object","properties":{"type":{"type":"string"}},"required":["type"],"additionalProperties":false}`},
		"JSON Schema":        {"type: object\nproperties: {a: {type: string, pattern: '^x'}}", `{"type":"object","properties":{"a":{"type":"string","pattern":"^x"}}}`},
		"JSON Schema scalar": {"type: string\nenum: [a, b]", `{"type":"string","enum":["a","b"]}`},
		"JSON Schema any of": {"anyOf: [{type: string}, {type: 'null'}]", `{"anyOf":[{"type":"string"},{"type":"null"}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := FromYAML(node(t, c.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, string(got)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if !json.Valid(got) {
				t.Error("not JSON")
			}
			back, err := ToYAML(got)
			if err != nil {
				t.Fatal(err)
			}
			again, err := FromYAML(back)
			if err != nil || !bytes.Equal(got, again) {
				t.Errorf("written and read again: %s, %v", again, err)
			}
		})
	}
}

// What was Picoschema is written as Picoschema.
func TestToYAMLIsPicoschema(t *testing.T) {
	text := "b: string, the b\nc?(array, many):\n    d(enum): [x, y]\n    e?(object):\n        f: any\n(*): number\n"
	doc, err := FromYAML(node(t, text))
	if err != nil {
		t.Fatal(err)
	}
	n, err := ToYAML(doc)
	if err != nil {
		t.Fatal(err)
	}
	got, err := yaml.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, string(got)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestFromYAMLMistakes(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"unknown type":    {"a: strin", `:1:4: unknown type "strin"`},
		"number":          {"a: 5", `:1:4: unknown type "5"`},
		"list":            {"a:\n  - string", ":2:3: a Picoschema is made of types and objects"},
		"nothing":         {"a:", `unknown type ""`},
		"open paren":      {"'a(array': string", ":1:1: parenthesis of \"a(array\" is not closed"},
		"unknown kind":    {"a(map): string", `:1:1: unknown kind "map"`},
		"no name":         {"'?': string", ":1:1: property has no name"},
		"twice":           {"a: string\na?: string", `:2:1: property "a" is there twice`},
		"empty enum":      {"a(enum): []", "has a list of values behind it"},
		"nested enum":     {"a(enum): [[x]]", "the values of an enum are scalars"},
		"scalar object":   {"a(object): string", "has an object behind it"},
		"infinite number": {"type: object\nmaximum: .inf", ":2:10: number has no form in JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := FromYAML(node(t, c.text))
			var e *diag.Error
			if !errors.As(err, &e) {
				t.Fatalf("error %v", err)
			}
			if at := fmt.Sprintf(":%d:%d: %s", e.Line, e.Column, e.Msg); !strings.Contains(at, c.want) {
				t.Errorf("error %q, want %q", at, c.want)
			}
		})
	}
}

func TestParseMistakes(t *testing.T) {
	for doc, want := range map[string]string{
		`{"type":"strin"}`:                 `unknown type "strin"`,
		`{"type":3}`:                       "type is a list of names",
		`{"properties":[]}`:                "properties is an object",
		`{"properties":{"a":3}}`:           "a: a schema is an object, true or false",
		`{"required":"a"}`:                 "required is a list of names",
		`{"enum":[]}`:                      "enum is a list",
		`{"minimum":"1"}`:                  "minimum is a number",
		`{"anyOf":{}}`:                     "anyOf is a list of schemas",
		`{"$ref":"https://example.com/s"}`: "leads out of the document",
		`{"$ref":"#/$defs/a"}`:             "leads nowhere",
		`{"$ref":"#"}`:                     "refers to itself",
		strings.Repeat(`{"items":`, 200) + `{}` + strings.Repeat(`}`, 200): "nested deeper",
	} {
		if _, err := Parse(json.RawMessage(doc)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: error %v, want %q", doc, err, want)
		}
	}
}

func TestCheck(t *testing.T) {
	tree := `{"$defs":{"n":{"type":"object","properties":{"v":{"type":"integer"},"next":{"$ref":"#/$defs/n"}},"required":["v"]}},"$ref":"#/$defs/n"}`
	for name, c := range map[string]struct{ doc, value, want string }{
		"type":            {`{"type":"string"}`, `3`, " must be string, is integer"},
		"number takes 3":  {`{"type":"number"}`, `3`, ""},
		"integer 3.0":     {`{"type":"integer"}`, `3.0`, ""},
		"no fraction":     {`{"type":"integer"}`, `3.5`, " must be integer, is number"},
		"nested":          {`{"type":"object","properties":{"a":{"type":"array","items":{"type":"string"}}}}`, `{"a":["x",null]}`, "a[1] must be string, is null"},
		"required":        {`{"required":["a","b"]}`, `{"b":1}`, "a is missing"},
		"closed":          {`{"properties":{"name":{}},"additionalProperties":false}`, `{"nmae":1}`, "nmae is not declared"},
		"additional":      {`{"additionalProperties":{"type":"string"}}`, `{"a":1}`, "a must be string, is integer"},
		"enum":            {`{"enum":["a",2]}`, `"b"`, ` must be one of "a", 2`},
		"const":           {`{"const":{"a":[1]}}`, `{"a":[1]}`, ""},
		"minimum":         {`{"minimum":2}`, `1`, " must be at least 2"},
		"exclusive":       {`{"exclusiveMaximum":2}`, `2`, " must be less than 2"},
		"length":          {`{"maxLength":2}`, `"çığ"`, " must have at most 2 characters, has 3"},
		"items":           {`{"minItems":1}`, `[]`, " must have at least 1 items, has 0"},
		"any of":          {`{"anyOf":[{"type":"string"},{"type":"null"}]}`, `1`, " fits none of the alternatives"},
		"one of":          {`{"oneOf":[{"type":"number"},{"minimum":1}]}`, `1`, " must fit exactly one of the alternatives, fits 2"},
		"all of":          {`{"allOf":[{"minimum":1},{"maximum":0}]}`, `1`, " must be at most 0"},
		"never":           {`false`, `1`, " is not allowed"},
		"reference":       {tree, `{"v":1,"next":{"v":2,"next":{"v":"3"}}}`, "next.next.v must be integer, is string"},
		"two mistakes":    {`{"required":["a"],"properties":{"b":{"type":"null"}}}`, `{"b":1}`, "a is missing; b must be null, is integer"},
		"unknown keyword": {`{"format":"email"}`, `"x"`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Parse(json.RawMessage(c.doc))
			if err != nil {
				t.Fatal(err)
			}
			var v any
			if err := json.Unmarshal([]byte(c.value), &v); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range s.Check(v) {
				got = append(got, p.Path+" "+p.Msg)
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "; ")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// FuzzPicoschema: reading never panics; what reads is a JSON Schema, and the same after writing it.
func FuzzPicoschema(f *testing.F) {
	for _, s := range []string{"a: string", "a?(array, x): {b(enum): [1, x]}", "type: object\nproperties: {a: {$ref: '#'}}", "(*): any", "a(object):\n  b: any, x", "[a]", "'a(': x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var doc yaml.Node
		if yaml.Unmarshal([]byte(text), &doc) != nil || len(doc.Content) == 0 {
			return
		}
		got, err := FromYAML(doc.Content[0])
		if err != nil {
			return
		}
		if !json.Valid(got) {
			t.Fatalf("not JSON: %s", got)
		}
		s, err := Parse(got)
		if err != nil {
			return
		}
		s.Check(map[string]any{"a": []any{1.5, nil, "x"}, "b": true})
		back, err := ToYAML(got)
		if err != nil {
			return // a JSON Schema without a type reads as Picoschema
		}
		again, err := FromYAML(back)
		if err != nil || !bytes.Equal(got, again) {
			t.Fatalf("%s became %s, %v", got, again, err)
		}
	})
}
