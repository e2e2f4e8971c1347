package jsonpath

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/metric"
)

func ExampleParse() {
	path, err := Parse("$.items[?@.price < 10].name")
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, _ := metric.ReadJSON(`{"items": [{"name": "pen", "price": 2.5}, {"name": "desk", "price": 180}]}`)
	fmt.Println(path.Find(answer))
	// Output: [pen] <nil>
}

// The documents and paths of the tables in RFC 9535, section by section.
func TestFind(t *testing.T) {
	const (
		list   = `["a","b","c","d","e","f","g"]`
		nested = `{"o": {"j": 1, "k": 2}, "a": [5, 3, [{"j": 4}, {"k": 6}]]}`
		filter = `{"a": [3, 5, 1, 2, 4, 6, {"b": "j"}, {"b": "k"}, {"b": {}}, {"b": "kilo"}], "o": {"p": 1, "q": 2, "r": 3, "s": 5, "t": {"u": 6}}, "e": "f"}`
	)
	tests := []struct{ doc, path, want string }{
		{`{"k": "v"}`, `$`, `[{"k":"v"}]`},
		{`{"o": {"j j": {"k.k": 3}}, "'": {"@": 2}}`, `$.o['j j']['k.k']`, `[3]`},
		{`{"o": {"j j": {"k.k": 3}}, "'": {"@": 2}}`, `$["'"]["@"]`, `[2]`},
		{`{"o": {"j j": {"k.k": 3}}, "'": {"@": 2}}`, `$['\'']["@"]`, `[2]`},
		{nested, `$[*]`, `[[5,3,[{"j":4},{"k":6}]],{"j":1,"k":2}]`},
		{nested, `$.a[*]`, `[5,3,[{"j":4},{"k":6}]]`},
		{nested, `$..j`, `[4,1]`},
		{nested, `$..[0]`, `[5,{"j":4}]`},
		{nested, `$.a..[0, 1]`, `[5,3,{"j":4},{"k":6}]`},
		{list, `$[1]`, `["b"]`},
		{list, `$[-2]`, `["f"]`},
		{list, `$[9]`, `[]`},
		{list, `$[0, 3]`, `["a","d"]`},
		{list, `$[0:2, 5]`, `["a","b","f"]`},
		{list, `$[0, 0]`, `["a","a"]`},
		{list, `$[1:3]`, `["b","c"]`},
		{list, `$[5:]`, `["f","g"]`},
		{list, `$[1:5:2]`, `["b","d"]`},
		{list, `$[5:1:-2]`, `["f","d"]`},
		{list, `$[::-1]`, `["g","f","e","d","c","b","a"]`},
		{list, `$[::0]`, `[]`},
		{list, `$[-99:99]`, `["a","b","c","d","e","f","g"]`},
		{filter, `$.a[?@.b == 'kilo']`, `[{"b":"kilo"}]`},
		{filter, `$.a[?(@.b == 'kilo')]`, `[{"b":"kilo"}]`},
		{filter, `$.a[?@>3.5]`, `[5,4,6]`},
		{filter, `$.a[?@.b]`, `[{"b":"j"},{"b":"k"},{"b":{}},{"b":"kilo"}]`},
		{filter, `$[?@.*]`, `[[3,5,1,2,4,6,{"b":"j"},{"b":"k"},{"b":{}},{"b":"kilo"}],{"p":1,"q":2,"r":3,"s":5,"t":{"u":6}}]`},
		{filter, `$.o[?@<3, ?@<3]`, `[1,2,1,2]`},
		{filter, `$.a[?@<2 || @.b == "k"]`, `[1,{"b":"k"}]`},
		{filter, `$.a[?match(@.b, "[jk]")]`, `[{"b":"j"},{"b":"k"}]`},
		{filter, `$.a[?search(@.b, "[jk]")]`, `[{"b":"j"},{"b":"k"},{"b":"kilo"}]`},
		{filter, `$.o[?@>1 && @<4]`, `[2,3]`},
		{filter, `$.o[?@.u || @.x]`, `[{"u":6}]`},
		{filter, `$.a[?@.b == $.x]`, `[3,5,1,2,4,6]`},
		{filter, `$.a[?@ == @]`, `[3,5,1,2,4,6,{"b":"j"},{"b":"k"},{"b":{}},{"b":"kilo"}]`},
		{filter, `$.a[?!@.b && @ != 3]`, `[5,1,2,4,6]`},
		{filter, `$.a[?length(@.b) > 1]`, `[{"b":"kilo"}]`},
		{filter, `$[?count(@.*) == 5].p`, `[1]`},
		{filter, `$[?value(@..u) == 6].q`, `[2]`},
		{`{"a": null, "b": [null], "c": [{}]}`, `$.a`, `[null]`},
		{`{"a": null}`, `$.a.d`, `[]`},
		{`[{"x": 1.0}, {"x": 1e0}, {"x": 2}]`, `$[?@.x == 1]`, `[{"x":1.0},{"x":1e0}]`},
		{`{"ş": {"ı": 1}}`, `$.ş.ı`, `[1]`},
		{`["a"]`, ` $`, `error: character 1: a path begins with $`},
		{`["a"]`, `$.`, `error: character 3: want a name or *`},
		{`["a"]`, `$[`, `error: character 3: want a name in quotes, an index, a slice, * or ?`},
		{`["a"]`, `$[01]`, `error: character 3: 01 is no index`},
		{`["a"]`, `$['a`, `error: character 3: the string does not end`},
		{`["a"]`, `$[?@.a == ]`, `error: character 11: want @, $, a literal, or one of length, count, value, match and search`},
		{`["a"]`, `$[?@.* == 1]`, `error: character 4: a comparison takes literals, functions and queries that lead to one value`},
		{`["a"]`, `$[?match(@.a, '(')]`, "error: character 18: missing closing ): `\\A(?:()\\z`"},
		{`["a"]`, `$ x`, `error: character 2: want .name, [index] or the end`},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			path, err := Parse(tt.path)
			if err != nil {
				if got := "error: " + err.Error(); got != tt.want {
					t.Errorf("got %s\nwant %s", got, tt.want)
				}
				return
			}
			doc, err := metric.ReadJSON(tt.doc)
			if err != nil {
				t.Fatal(err)
			}
			found, err := path.Find(doc)
			if err != nil {
				t.Fatal(err)
			}
			if found == nil {
				found = []any{}
			}
			if got, _ := json.Marshal(found); string(got) != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestTooMany(t *testing.T) {
	path, err := Parse("$..*..*..*..*")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := metric.ReadJSON(strings.Repeat("[", 300) + strings.Repeat("]", 300))
	if err != nil {
		t.Fatal(err)
	}
	if found, err := path.Find(doc); err != ErrTooMany {
		t.Errorf("%d values, %v", len(found), err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`$.a['b'][0, 1:2:-1]..*[?@.x == 1 && (!@.y || length(@.z) > 2)]`, `{"a": {"b": [1]}}`)
	f.Add(`$[?match(@.b, "[jk]")]`, `[{"b": "j"}]`)
	f.Fuzz(func(t *testing.T, path, doc string) {
		p, err := Parse(path)
		if err != nil || len(path) > 60 || len(doc) > 200 {
			return
		}
		if v, err := metric.ReadJSON(doc); err == nil {
			_, _ = p.Find(v)
		}
	})
}
