package batch_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// read gives the calls of an input, and its problems.
func read(t testing.TB, text string, format batch.Format, s batch.Settings) (calls []engine.Call, problems []string) {
	t.Helper()
	in := batch.Input{Name: "in", Reader: strings.NewReader(text), Format: format}
	bad := func(it batch.Item) { problems = append(problems, it.Err.Error()) }
	err := batch.Each(context.Background(), in, s, func(it batch.Item) error {
		if it.Err != nil {
			bad(it)
			return nil
		}
		calls = append(calls, it.Call)
		return nil
	}, bad)
	if err != nil {
		problems = append(problems, err.Error())
	}
	return calls, problems
}

func ptr[T any](v T) *T { return &v }

func TestRecords(t *testing.T) {
	user := func(s string) []llm.Message { return []llm.Message{llm.Text(llm.RoleUser, s)} }
	prompted := batch.Settings{Prompt: "p@1.0.0"}
	for name, c := range map[string]struct {
		text     string
		format   batch.Format
		settings batch.Settings
		want     engine.Call
	}{
		"input": {`{"id":"a","input":"Hi","model":"x/y","max_tokens":5,"temperature":0}`, "", batch.Settings{}, engine.Call{
			Unit: "a", Request: llm.Request{Case: "a", Model: "x/y", MaxTokens: 5, Temperature: ptr(0.0), Messages: user("Hi")},
		}},
		"a number as id":     {`{"id":7,"input":"Hi"}`, "", batch.Settings{}, engine.Call{Unit: "7", Request: llm.Request{Case: "7", Messages: user("Hi")}}},
		"fields of our own":  {`{"id":"a","input":"Hi","method":3,"url":["x"]}`, "", batch.Settings{}, engine.Call{Unit: "a", Request: llm.Request{Case: "a", Messages: user("Hi")}}},
		"no id":              {"\n" + `{"input":"Hi"}`, "", batch.Settings{}, engine.Call{Unit: "2", Request: llm.Request{Case: "2", Messages: user("Hi")}}},
		"the model's flag":   {`{"id":"a","input":"Hi","model":"x/y"}`, "", batch.Settings{Model: "z/z"}, engine.Call{Unit: "a", Request: llm.Request{Case: "a", Model: "z/z", Messages: user("Hi")}}},
		"messages":           {`{"id":"a","messages":[{"role":"system","content":"S"},{"role":"user","content":[{"type":"text","text":"U"}]}]}`, "", batch.Settings{}, engine.Call{Unit: "a", Request: llm.Request{Case: "a", Messages: []llm.Message{llm.Text(llm.RoleSystem, "S"), llm.Text(llm.RoleUser, "U")}}}},
		"messages as ours":   {`{"id":"a","messages":[{"role":"user","parts":[{"text":"U"}]}]}`, "", batch.Settings{}, engine.Call{Unit: "a", Request: llm.Request{Case: "a", Messages: user("U")}}},
		"vars":               {`{"id":"a","vars":{"q":"x"}}`, "", prompted, engine.Call{Prompt: "p@1.0.0", Unit: "a", Vars: map[string]any{"q": "x"}, Request: llm.Request{Case: "a", Messages: []llm.Message{}}}},
		"mapped":             {`{"key":"a","ticket":{"body":"x"},"input":"y"}`, "", batch.Settings{Prompt: "p@1.0.0", ID: "key", Map: map[string]string{"q": "ticket.body", "r": "input"}}, engine.Call{Prompt: "p@1.0.0", Unit: "a", Vars: map[string]any{"q": "x", "r": "y"}, Request: llm.Request{Case: "a", Messages: []llm.Message{}}}},
		"mapped input":       {`{"id":"a","text":"Hi"}`, "", batch.Settings{Map: map[string]string{"input": "text"}}, engine.Call{Unit: "a", Request: llm.Request{Case: "a", Messages: user("Hi")}}},
		"text":               {"\ufeffHi \"you\"\r\n", batch.Text, batch.Settings{}, engine.Call{Unit: "1", Request: llm.Request{Case: "1", Messages: user(`Hi "you"`)}}},
		"CSV":                {"id,input\na,\"Hi,\nyou\"\n", batch.CSV, batch.Settings{}, engine.Call{Unit: "a", Request: llm.Request{Case: "a", Messages: user("Hi,\nyou")}}},
		"CSV with a prompt":  {"q,id\nx,a\n", batch.CSV, prompted, engine.Call{Prompt: "p@1.0.0", Unit: "a", Vars: map[string]any{"q": "x"}, Request: llm.Request{Case: "a", Messages: []llm.Message{}}}},
		"CSV, mapped":        {"body,other\nx,y\n", batch.CSV, batch.Settings{Prompt: "p@1.0.0", Map: map[string]string{"q": "body"}}, engine.Call{Prompt: "p@1.0.0", Unit: "2", Vars: map[string]any{"q": "x"}, Request: llm.Request{Case: "2", Messages: []llm.Message{}}}},
		"OpenAI's responses": {`{"custom_id":"a","url":"/v1/responses","body":{"model":"gpt-4o","instructions":"S","input":"Hi","max_output_tokens":9}}`, "", batch.Settings{}, engine.Call{Unit: "a", Request: llm.Request{Case: "a", Model: "openai/gpt-4o", MaxTokens: 9, Messages: []llm.Message{llm.Text(llm.RoleSystem, "S"), llm.Text(llm.RoleUser, "Hi")}}}},
		"OpenAI's batch line": {
			`{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4o","messages":[{"role":"developer","content":"S"},` +
				`{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"42"},` +
				`{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAEC"}}]}],"max_completion_tokens":9,"stop":"END","seed":1,"logit_bias":{"5":1},"stream":false,` +
				`"response_format":{"type":"json_object"},"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":{"type":"function","function":{"name":"f"}}}}`, "",
			batch.Settings{},
			engine.Call{Unit: "a", Request: llm.Request{
				Case: "a", Model: "openai/gpt-4o", MaxTokens: 9, Stop: []string{"END"}, Seed: ptr(int64(1)), Format: &llm.Format{Type: llm.FormatJSON},
				Tools: []llm.Tool{{Name: "f"}}, ToolChoice: "f", Messages: []llm.Message{
					llm.Text(llm.RoleSystem, "S"),
					{Role: llm.RoleAssistant, Parts: []llm.Part{{ToolCall: &llm.ToolCall{ID: "c", Name: "f", Arguments: "{}"}}}},
					{Role: llm.RoleTool, Parts: []llm.Part{{ToolResult: &llm.ToolResult{ID: "c", Content: "42"}}}},
					{Role: llm.RoleUser, Parts: []llm.Part{{Media: &llm.Media{MIME: "image/png", Data: []byte{0, 1, 2}}}}},
				},
			}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			calls, problems := read(t, c.text, c.format, c.settings)
			if len(problems) > 0 || len(calls) != 1 {
				t.Fatalf("%d calls, problems %q", len(calls), problems)
			}
			got := calls[0]
			if name == "OpenAI's batch line" {
				if _, has := got.Request.Options["logit_bias"]; !has || len(got.Request.Options) != 1 {
					t.Errorf("options %v", got.Request.Options)
				}
				got.Request.Options = nil
			}
			c.want.Source = "batch"
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		text     string
		format   batch.Format
		settings batch.Settings
		want     string
	}{
		"broken JSON":         {`{"id":"a",}`, "", batch.Settings{}, "in:1:11: malformed JSON"},
		"two objects":         {`{"id":"a","input":"x"}{}`, "", batch.Settings{}, "in:1: something follows the record"},
		"a list":              {`[]`, "", batch.Settings{}, "in:1:1: a record is a JSON object"},
		"an id of two lines":  {`{"id":"a\nb","input":"x"}`, "", batch.Settings{}, "in:1: the id is empty"},
		"an object as id":     {`{"id":{},"input":"x"}`, "", batch.Settings{}, "in:1: the id is neither text nor a number"},
		"no id field":         {`{"input":"x"}`, "", batch.Settings{ID: "key"}, `in:1: it has no field "key"`},
		"vars, no prompt":     {`{"id":"a","vars":{"q":1}}`, "", batch.Settings{}, "in:1: it has vars, and no prompt"},
		"no mapped field":     {`{"id":"a","boddy":1}`, "", batch.Settings{Prompt: "p", Map: map[string]string{"q": "body"}}, `in:1: it has no field "body" for q`},
		"a mapped number":     {`{"id":"a","n":1}`, "", batch.Settings{Map: map[string]string{"input": "n"}}, `in:1: the field "n" is no text`},
		"an unknown role":     {`{"id":"a","messages":[{"role":"bot","content":"x"}]}`, "", batch.Settings{}, `in:1: message 1: it has the role "bot"`},
		"audio":               {`{"id":"a","messages":[{"role":"user","content":[{"type":"input_audio"}]}]}`, "", batch.Settings{}, `content of the type "input_audio" is not supported`},
		"embeddings":          {`{"custom_id":"a","url":"/v1/embeddings","body":{"input":"x"}}`, "", batch.Settings{}, `the url "/v1/embeddings" is not supported`},
		"two choices":         {`{"custom_id":"a","body":{"n":2,"messages":[{"role":"user","content":"x"}]}}`, "", batch.Settings{}, "n is 2"},
		"a body of text":      {`{"custom_id":"a","body":"x"}`, "", batch.Settings{}, "in:1: body: "},
		"a CSV row too long":  {"id,input\na,b,c\n", batch.CSV, batch.Settings{}, "in:2: the row has another number of columns"},
		"a quote in CSV":      {"id,input\na,b\"c\n", batch.CSV, batch.Settings{}, "in:2: malformed CSV"},
		"a column twice":      {"id,id\na,b\n", batch.CSV, batch.Settings{}, `in:1: the column "id" is empty or there twice`},
		"text of Latin-1":     {"caf\xe9\n", batch.Text, batch.Settings{}, "in:1: not UTF-8"},
		"an unknown format":   {"x", "yaml", batch.Settings{}, `unknown format "yaml"`},
		"twice":               {`{"id":"a","input":"x"}` + "\n" + `{"id":"a","input":"y"}`, "", batch.Settings{}, `in:2: the id "a" was there before`},
		"negative max_tokens": {`{"id":"a","input":"x","max_tokens":-1}`, "", batch.Settings{}, "max_tokens is -1"},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := read(t, c.text, c.format, c.settings)
			if len(problems) != 1 || !strings.Contains(problems[0], c.want) {
				t.Errorf("problems %q; want %q", problems, c.want)
			}
		})
	}
}

func TestParseMaxErrors(t *testing.T) {
	for text, want := range map[string]string{"": "", "0": "0", "10": "10", "2.5%": "2.5%", "100 %": "100%"} {
		if m, err := batch.ParseMaxErrors(text); err != nil || m.String() != want {
			t.Errorf("%q: %q, %v", text, m, err)
		}
	}
	for _, text := range []string{"-1", "0%", "101%", "many", "NaN%", "1.5"} {
		if _, err := batch.ParseMaxErrors(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

// Whatever an input holds, each record is a call of an id of its own or a problem, and none a panic.
func FuzzRecords(f *testing.F) {
	f.Add(`{"id":"a","input":"x"}`, byte(0))
	f.Add(`{"custom_id":1,"body":{"messages":[{"role":"user","content":[{"type":"image_url","image_url":"data:x"}]}]}}`, byte(1))
	f.Add("id,input\na,b", byte(2))
	f.Add(` {}`, byte(0))
	f.Fuzz(func(t *testing.T, text string, kind byte) {
		format := batch.Formats()[int(kind)%3]
		for _, s := range []batch.Settings{{}, {Prompt: "p", Map: map[string]string{"q": "a.b"}}, {ID: "key"}} {
			calls, problems := read(t, text, format, s)
			seen := map[string]bool{}
			for _, c := range calls {
				if c.Unit == "" || c.Unit != c.Request.Case || seen[c.Unit] {
					t.Errorf("a call without an id of its own: %+v", c)
				}
				seen[c.Unit] = true
			}
			for _, p := range problems {
				if p == "" {
					t.Error("a problem without words")
				}
			}
		}
	})
}

// A line of null is no record, and goes to the file of errors as it was.
func TestNullIsNoRecord(t *testing.T) {
	cfg := config(t, `{"id":"a","input":"r0"}`+"\n null\n")
	cfg.Errors = filepath.Join(t.TempDir(), "errors.jsonl")
	s, err := run(t, cfg, caller(&asked{}, nil))
	if err != nil || s.Succeeded != 1 {
		t.Fatalf("%+v, %v", s, err)
	}
	text, err := os.ReadFile(cfg.Errors)
	if err != nil || string(text) != " null\n" {
		t.Errorf("%q, %v", text, err)
	}
}
