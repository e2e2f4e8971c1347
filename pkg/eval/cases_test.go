package eval

import (
	"bufio"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

func TestCaseErrors(t *testing.T) {
	tests := []struct{ name, file, text, want, hint string }{
		{"jsonl, malformed", "c.jsonl", oneCase + `{"id": "b", "input" "x"}`, "c.jsonl:2:21: malformed JSON: invalid character '\"' after object key", ""},
		{"jsonl, characters not bytes", "c.jsonl", `{"id": "ışık", "input": x}`, "c.jsonl:1:25: malformed JSON: invalid character 'x' looking for beginning of value", ""},
		{"jsonl, cut off", "c.jsonl", oneCase + "\n\n" + `{"id": "b", "inp`, "c.jsonl:4:17: malformed JSON: it ends too early", ""},
		{"jsonl, unknown key", "c.jsonl", `{"id": "b", "expcted": "x"}`, `c.jsonl:1:13: unknown key "expcted" of a case`, "did you mean expected?"},
		{"jsonl, key of the author's own", "c.jsonl", `{"id": "b", "zzzzzz": 1}`, `c.jsonl:1:13: unknown key "zzzzzz" of a case`, "put data of your own under metadata; keys: id, input"},
		{"jsonl, wrong kind", "c.jsonl", `{"id": "b", "required": "yes"}`, `c.jsonl:1:13: required wants true or false, not string`, ""},
		{"jsonl, not an object", "c.jsonl", `"x"`, "c.jsonl:1:1: a case is a JSON object, not text", `for example {"id": "1"`},
		{"jsonl, two on a line", "c.jsonl", `{"id": "a", "input": "x"} {"id": "b"}`, "c.jsonl:1:27: something follows the case", "write one JSON object per line"},
		{"jsonl, Latin-1", "c.jsonl", "{\"id\": \"caf\xe9\"}", "c.jsonl:1:12: not UTF-8 text", "save the file as UTF-8"},
		{"jsonl, UTF-16", "c.jsonl", "\xff\xfe{\x00", "c.jsonl:1:1: UTF-16 text", "save the file as UTF-8"},
		{"jsonl, negative weight", "c.jsonl", `{"input": "x", "weight": -1}`, "c.jsonl:1:1: weight is -1", "a weight is 0 or more"},
		{"jsonl, role", "c.jsonl", `{"messages": [{"role": "usr", "content": "x"}]}`, `c.jsonl:1:1: message 1 has the role "usr"`, "roles: system, user, assistant"},
		{"jsonl, input of another kind", "c.jsonl", `{"input": {"a": 1}}`, "c.jsonl:1:1: input wants text or a list of messages, not an object", ""},
		{"jsonl, input a list of texts", "c.jsonl", `{"input": ["a"]}`, "c.jsonl:1:1: input is a list, but not of messages with role and content", ""},
		{"jsonl, empty must_contain", "c.jsonl", `{"input": "x", "must_contain": [""]}`, "c.jsonl:1:1: must_contain and must_not_contain hold an empty text, which is in every answer", ""},
		{"jsonl, scorer", "c.jsonl", oneCase + `{"input": "x", "scorers": [{"type": "nmber"}]}`, `c.jsonl:2: unknown scorer type "nmber"`, "did you mean number?"},
		{"jsonl, the same id", "c.jsonl", oneCase + "\n" + oneCase, `c.jsonl:3: the id "a" is already taken in c.jsonl:1`, "ids are unique in a suite"},
		{"jsonl, schema", "c.jsonl", `{"input": "x", "schema": true}`, "c.jsonl:1:1: schema wants a JSON Schema, not true or false", ""},
		{"json, no array", "c.json", "{\"id\": \"a\"}", "c.json:1:2: a .json case file is an array of cases", ""},
		{"json, malformed", "c.json", "[\n  {\"id\": \"a\", \"input\": \"ş\"},\n  {\"id\" 1}\n]", "c.json:3:9: malformed JSON: invalid character '1' after object key", ""},
		{"json, no comma", "c.json", "[{} {}]", "c.json:1:5: malformed JSON: expected comma after array element", ""},
		{"json, unknown key", "c.json", "[\n  {\"id\": \"a\"},\n  {\"id\": \"ş\",\n   \"inptu\": \"x\"}\n]", `c.json:4:4: unknown key "inptu" of a case`, "did you mean input?"},
		{"json, cut off", "c.json", "[\n  {\"id\": \"a\"}", "c.json:2:14: malformed JSON: it ends too early", ""},
		{"json, text behind", "c.json", "[]\n x", "c.json:2:2: something follows the array of cases", ""},
		{"json, two arrays", "c.json", "[]\n[]", "c.json:2:2: something follows the array of cases", ""},
		{"csv, ragged row", "c.csv", "id,input\na,b\nc\n", "c.csv:3: the row has another number of columns than the header's 2", "put a value that holds a comma into double quotes"},
		{"csv, unknown column", "c.csv", "id,inptu\n", `c.csv:1:4: unknown column "inptu"`, "did you mean input?"},
		{"csv, variable", "c.csv", "id,question\n", `c.csv:1:4: unknown column "question"`, "a variable's column is named vars.question"},
		{"csv, column twice", "c.csv", "id,id\n", `c.csv:1:4: the column "id" is there twice`, ""},
		{"csv, bare quote", "c.csv", "id,input\na,b\"c\n", "c.csv:2:4: malformed CSV: bare \" in non-quoted-field", ""},
		{"csv, bad cell", "c.csv", "id,weight\na,much\n", "c.csv:2:3: weight: the cell is not JSON", ""},
		{"csv, wrong kind", "c.csv", "id,weight\na,[1]\n", "c.csv:2: weight wants a number, not array", ""},
		{"yaml, unknown key", "c.yaml", "- id: a\n  input: x\n- id: b\n  inptu: x\n", `c.yaml:4:3: unknown key "inptu" of a case`, "did you mean input?"},
		{"yaml, wrong kind", "c.yaml", "- id: a\n  required: maybe\n", "c.yaml:2:3: required wants true or false, not string", ""},
		{"yaml, no list", "c.yaml", "id: a\n", "c.yaml:1:1: a YAML case file is a list of cases", ""},
		{"yaml, no mapping", "c.yaml", "- a\n", "c.yaml:1:3: a case is a mapping", ""},
		{"yaml, merge of a text", "c.yaml", "- <<: a\n", "c.yaml:1:7: << wants a mapping, or a list of them", ""},
		{"yaml, merge with itself", "c.yaml", "- &a\n  <<: *a\n", "c.yaml:1:3: nested too deep", ""},
		{"yaml, merge of an unknown key", "c.yaml", "- {id: a, <<: {inptu: b}}\n", `c.yaml:1:3: unknown key "inptu" of a case`, "did you mean input?"},
		{"yaml, infinite", "c.yaml", "- vars: {a: .inf}\n", "c.yaml:1:13: not a finite number", ""},
		{"csv, semicolons", "c.csv", "id;input\n", `c.csv:1:1: unknown column "id;input"`, "columns are separated by commas"},
		{"csv, column without a name", "c.csv", "id,\n", `c.csv:1:4: unknown column ""`, "each column has a name"},
		{"json, UTF-16 without a mark", "c.json", "[\x00{\x00", "c.json:1:1: UTF-16 text", "save the file as UTF-8"},
		{"another kind of file", "c.txt", "x", "c.txt: a case file ends in .jsonl, .json, .yaml or .csv", ""},
		{"no case", "c.jsonl", "\n\n", "suite.yaml: the suite has no cases", "add some to c.jsonl"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := mustSuite(t, map[string]string{suiteName: "cases: " + tt.file + "\n", tt.file: tt.text})
			_, err := s.Scan(nil)
			if err == nil {
				t.Fatal("no error")
			}
			var d *diag.Error
			if !errors.As(err, &d) {
				t.Errorf("%v is no *diag.Error", err)
			}
			got := strings.ReplaceAll(err.Error(), s.Dir+string(filepath.Separator), "")
			if got != tt.want || !strings.HasPrefix(diag.HintOf(err), tt.hint) {
				t.Errorf("got  %s (hint %q)\nwant %s (hint %q)", got, diag.HintOf(err), tt.want, tt.hint)
			}
		})
	}
}

func TestCaseFileErrors(t *testing.T) {
	for cases, want := range map[string]string{
		"none.jsonl": "no such case file",
		"dir.jsonl":  "is a directory, not a case file",
		"x*.jsonl":   "no file matches",
		"'[a.jsonl'": "is not a pattern",
	} {
		s := mustSuite(t, map[string]string{suiteName: "cases: " + cases + "\n", "dir.jsonl/x": "", "none.json": ""})
		if _, err := s.Scan(nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q in it", cases, err, want)
		}
	}
}

// Cases of a YAML file may share keys: a case's own win, and of several mappings the earlier.
func TestMergedCases(t *testing.T) {
	s := mustSuite(t, map[string]string{
		suiteName: "cases: c.yaml\n",
		"c.yaml":  "- &one {id: a, input: x, tags: &t [shop]}\n- &two {id: b, input: y, expected: z, tags: *t}\n- {<<: [*one, *two], id: c}\n- {id: d, <<: *two, vars: {q: 1}}\n",
	})
	var got []string
	for c, err := range s.All() {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %s %s %v", c.ID, c.Input, c.Expected, c.Tags))
	}
	want := []string{"a x  [shop]", `b y "z" [shop]`, `c x "z" [shop]`, `d y "z" [shop]`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The same cases read the same from all four formats.
func TestFormatsAgree(t *testing.T) {
	files := map[string]string{
		"c.jsonl": "\xef\xbb\xbf" + `{"id": 7, "vars": {"q": "2 + 2"}, "expected": 4.0, "tags": "a", "must_contain": ["x", "y"], "weight": 2, "required": true}` + "\r\n" +
			`{"input": "hi", "expected": ["a", "b"], "expected_intent": "greet"}`,
		"c.json": `[{"id": "7", "vars": {"q": "2 + 2"}, "expected": 4.0, "tags": ["a"], "must_contain": ["x", "y"], "weight": 2, "required": true},
			{"input": "hi", "expected": ["a","b"], "expected_intent": "greet"}]`,
		"c.yaml": "- {id: 7, vars: {q: 2 + 2}, expected: 4.0, tags: a, must_contain: [x, y], weight: 2, required: true}\n- {input: hi, expected: [a, b], expected_intent: greet}\n",
		"c.csv":  "id,vars.q,expected,tags,must_contain,weight,required,input,expected_intent\r\n7,2 + 2,4.0,a,x|y,2,TRUE,,\r\n,,\"[\"\"a\"\", \"\"b\"\"]\",,,,,hi,greet\r\n",
	}
	var first []string
	for _, name := range []string{"c.jsonl", "c.json", "c.yaml", "c.csv"} {
		s := mustSuite(t, map[string]string{suiteName: "cases: " + name + "\n", name: files[name]})
		var got []string
		for c, err := range s.All() {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprintf("%s %v %q %q %v %q %v %v %q", c.ID, c.Vars, c.Input, answers(c.Expected), c.Tags, c.MustContain, c.Weight, c.Required, c.ExpectedIntent))
		}
		if name == "c.csv" { // a cell is text: its list of answers is written in JSON
			got[1] = strings.ReplaceAll(got[1], `["[\"a\", \"b\"]"]`, `["a" "b"]`)
		}
		if first == nil {
			first = got
		}
		if diff := cmp.Diff(first, got); diff != "" || len(got) != 2 {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// A question without an id gets one of its text: the same wherever it stands, a number when it is asked twice.
func TestIDsOfQuestions(t *testing.T) {
	ids := func(text string) (list []string) {
		s := mustSuite(t, map[string]string{suiteName: "cases: c.jsonl\n", "c.jsonl": text})
		for c, err := range s.All() {
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, c.ID)
		}
		return list
	}
	a, b := `{"input": "a", "expected": "1"}`+"\n", `{"input": "b"}`+"\n"
	one := ids(a + b)
	if other := ids(b + `{"input": "a", "expected": "2"}`); one[0] != other[1] || one[1] != other[0] || one[0] == one[1] {
		t.Errorf("%v and %v", one, other)
	}
	if twice := ids(a + a + a); twice[1] != one[0]+"-2" || twice[2] != one[0]+"-3" {
		t.Errorf("%v", twice)
	}
}

func TestDefaults(t *testing.T) {
	s := mustSuite(t, map[string]string{
		suiteName: "cases: c.jsonl\ndefaults: {vars: {tone: kind, lang: en}, tags: [all, x], must_not_contain: sorry, weight: 3, expected_tone: warm}\n",
		"c.jsonl": `{"id": "a", "vars": {"lang": "tr"}, "tags": "x"}` + "\n" + `{"id": "b", "weight": 1, "must_not_contain": [], "expected_tone": "dry"}`,
	})
	var got []string
	for c, err := range s.All() {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%v %v %v %v %s", c.Vars, c.Tags, c.MustNotContain, c.Weight, c.ExpectedTone))
	}
	want := []string{"map[lang:tr tone:kind] [x all] [sorry] 3 warm", "map[lang:en tone:kind] [all x] [] 1 dry"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Cases of any number are read in little memory, from one line each or from one array.
func TestCasesAreStreamed(t *testing.T) {
	const n = 5_000
	row := `{"id": "%d", "input": "` + strings.Repeat("x", 1000) + `"}`
	var lines, array strings.Builder
	array.WriteString("[")
	for i := range n {
		fmt.Fprintf(&lines, row+"\n", i)
		fmt.Fprintf(&array, map[bool]string{true: ",", false: ""}[i > 0]+row, i)
	}
	array.WriteString("]")
	for name, text := range map[string]string{"c.jsonl": lines.String(), "c.json": array.String()} {
		s := mustSuite(t, map[string]string{suiteName: "cases: " + name + "\n", name: text})
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		seen, most := 0, uint64(0)
		for _, err := range s.All() {
			if err != nil {
				t.Fatal(err)
			}
			if seen++; seen%1250 == 0 {
				runtime.GC()
				runtime.ReadMemStats(&after)
				most = max(most, after.HeapAlloc)
			}
		}
		if grown := int64(most) - int64(before.HeapAlloc); seen != n || grown > 3<<20 {
			t.Errorf("%s: %d cases, the heap grew by %d bytes", name, seen, grown)
		}
	}
}

func fuzzCases(f *testing.F, name string, seeds ...string) {
	for _, s := range seeds {
		f.Add(s)
	}
	read, s := formats()[filepath.Ext(name)], &Suite{}
	f.Fuzz(func(t *testing.T, text string) {
		in, ids, seen := bufio.NewReader(strings.NewReader(text)), newNames(), map[string]bool{}
		if skipBOM(name, in) != nil {
			return
		}
		for c, err := range read(name, in) {
			var d *diag.Error
			if err == nil {
				s.complete(c)
				err = ids.take(c)
			}
			switch {
			case err != nil && !errors.As(err, &d):
				t.Fatalf("%v is no *diag.Error", err)
			case err != nil:
				return
			case c.ID == "" || seen[c.ID] || c.Hash == "" || !(c.Weight >= 0):
				t.Fatalf("taken: %+v", c)
			}
			seen[c.ID] = true
			c.Sample("", nil, nil)
		}
	})
}

func FuzzJSONL(f *testing.F) {
	fuzzCases(f, "c.jsonl", oneCase, "\xef\xbb\xbf"+oneCase+"\r\n\r\n", `{"input": [{"role": "user", "content": "x"}], "scorers": [{"type": "exact"}]}`, `{"weight": 1e999}`, "{\"id\": \"\xff\"}")
}

func FuzzJSON(f *testing.F) {
	fuzzCases(f, "c.json", "[]", "["+oneCase+","+`{"input": "ş", "tags": 1}`+"]", "[{},{}]", `[{"a":{`, "[1]")
}

func FuzzCSV(f *testing.F) {
	fuzzCases(f, "c.csv", "id,input\na,b\n", "id,vars.q,tags\n\"a\",\"b\nc\",x|y\n", "input,weight\nx,1\n", "id\n\"", "messages\n[]")
}

func FuzzYAML(f *testing.F) {
	fuzzCases(f, "c.yaml", "- {id: a, expected: 3.10}\n", "- &a {vars: {b: [1, *a]}}\n- *a\n", "- {expected: 2024-01-01, weight: 0x10}\n", "", "- ? [a]\n  : b\n")
}
