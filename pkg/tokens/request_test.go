package tokens

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

var weather = llm.Tool{
	Name: "get_current_weather", Description: "Get the current weather in a given location",
	Parameters: json.RawMessage(`{"type": "object", "properties": {
		"location": {"type": "string", "description": "The city and state, e.g. San Francisco, CA"},
		"unit": {"type": "string", "description": "The unit of temperature to return", "enum": ["celsius", "fahrenheit"]}},
		"required": ["location"]}`),
}

// TestCookbook checks the examples of OpenAI's cookbook that were compared with the API there.
func TestCookbook(t *testing.T) {
	messages := []llm.Message{
		llm.Text(llm.RoleSystem, "You are a helpful assistant that can answer to questions about the weather."),
		llm.Text(llm.RoleUser, "What's the weather like in San Francisco?"),
	}
	for model, want := range map[string]int{"gpt-3.5-turbo": 105, "gpt-4": 105, "gpt-4o": 101, "gpt-4o-mini": 101} {
		c, err := For(model)
		if err != nil {
			t.Fatal(err)
		}
		r := c.CountRequest(&llm.Request{Messages: messages, Tools: []llm.Tool{weather}})
		if r.Tokens != want || !r.Estimated || r.Low > want || r.High < want {
			t.Errorf("%s: %d tokens (%d to %d), want %d", model, r.Tokens, r.Low, r.High, want)
		}
		if sum := r.Content + r.Framing + r.Tools + r.Images; sum != r.Tokens {
			t.Errorf("%s: the parts are %d together, the whole %d", model, sum, r.Tokens)
		}
	}
}

func TestCountRequest(t *testing.T) {
	hello := []llm.Message{llm.Text(llm.RoleUser, "Hello")}
	picture := llm.Part{Media: &llm.Media{MIME: "image/png", Data: testPNG(t, 1024, 1024)}}
	for _, test := range []struct {
		name, model string
		req         llm.Request
		want        int
		estimated   bool
		note        string
	}{
		{"one message", "gpt-4o", llm.Request{Messages: hello}, 8, false, ""},
		{"no message", "gpt-4o", llm.Request{}, 3, false, ""},
		{"an old model", "gpt-3.5-turbo-0301", llm.Request{Messages: hello}, 9, false, ""},
		{"harmony", "gpt-oss-20b", llm.Request{Messages: hello}, 7, false, ""},
		{"an estimate", "claude-sonnet-4-5", llm.Request{Messages: hello}, 9, true, ""},
		{"Anthropic's system prompt for tools", "claude-sonnet-4-5", llm.Request{Messages: hello, Tools: []llm.Tool{{Name: "f"}}}, 367, true, ""},
		{"tools not to be used", "claude-sonnet-4-5", llm.Request{Messages: hello, Tools: []llm.Tool{{Name: "f"}}, ToolChoice: "none"}, 9, true, ""},
		{"an image", "gpt-4o", llm.Request{Messages: []llm.Message{{Role: llm.RoleUser, Parts: []llm.Part{{Text: "Hello"}, picture}}}}, 8 + 765, true, ""},
		{
			"an image by address", "gpt-4o",
			llm.Request{Messages: []llm.Message{{Role: llm.RoleUser, Parts: []llm.Part{{Media: &llm.Media{URL: "https://example.com/a.png"}}}}}},
			7 + 765, true, "size of an image is not known",
		},
		{
			"a sound", "gpt-4o",
			llm.Request{Messages: []llm.Message{{Role: llm.RoleUser, Parts: []llm.Part{{Media: &llm.Media{MIME: "audio/wav", Data: []byte("RIFF")}}}}}},
			7, true, "audio/wav",
		},
		{"any JSON", "gpt-4o", llm.Request{Messages: hello, Format: &llm.Format{Type: llm.FormatJSON}}, 8, false, ""},
		{
			"a schema", "gpt-4o",
			llm.Request{Messages: hello, Format: &llm.Format{Type: llm.FormatSchema, Name: "answer", Schema: json.RawMessage(`{ "type": "object" }`)}},
			24, true, "",
		},
		{
			"a tool's call and result", "gpt-4o", llm.Request{Messages: []llm.Message{
				{Role: llm.RoleAssistant, Parts: []llm.Part{{ToolCall: &llm.ToolCall{ID: "c1", Name: "f", Arguments: "{}"}}}},
				{Role: llm.RoleTool, Parts: []llm.Part{{ToolResult: &llm.ToolResult{ID: "c1", Name: "f", Content: "42"}}}},
			}}, 11 + 8 + 5, true, "",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := For(test.model)
			if err != nil {
				t.Fatal(err)
			}
			r := c.CountRequest(&test.req)
			if r.Tokens != test.want || r.Estimated != test.estimated {
				t.Errorf("got %d tokens, estimated %v; want %d, %v (%+v)", r.Tokens, r.Estimated, test.want, test.estimated, r)
			}
			if r.Low > r.Tokens || r.High < r.Tokens || !r.Estimated && r.Low != r.High {
				t.Errorf("the band is %d, %d, %d", r.Low, r.Tokens, r.High)
			}
			if got := strings.Join(r.Notes, "; "); !strings.Contains(got, test.note) || test.note == "" && got != "" {
				t.Errorf("notes %q, want %q", got, test.note)
			}
		})
	}
}

func TestBadSchemas(t *testing.T) {
	c, err := For("gpt-4o")
	if err != nil {
		t.Fatal(err)
	}
	deep := strings.Repeat(`{"properties":{"a":`, 1000) + "{}" + strings.Repeat("}}", 1000)
	for name, schema := range map[string]string{
		"none": "", "broken": `{"type": `, "a number": "7", "deep": deep, "of many types": `{"properties": {"a": {"type": ["string", "null"], "enum": [1, null, "x"]}}}`,
	} {
		r := c.CountRequest(&llm.Request{Tools: []llm.Tool{{Name: "f", Parameters: json.RawMessage(schema)}}})
		if r.Tools <= 0 {
			t.Errorf("%s: %d tokens", name, r.Tools)
		}
	}
}

func TestEstimates(t *testing.T) {
	texts := map[string]string{
		"english":  strings.Repeat("It was a bright cold day in April, and the clocks were striking thirteen. ", 20),
		"code":     strings.Repeat("for i := range n { if a[i] != b[i] { return fmt.Errorf(\"%d: %w\", i, err) } }\n", 20),
		"turkish":  strings.Repeat("Çalışma odasındaki ışığı söndürmeden önce şehre giden otobüsü kaçırdığımızı öğrendik. ", 20),
		"korean":   strings.Repeat("어제 우리는 긴 글의 토큰 수를 정확하게 세는 방법에 대해 이야기했습니다. ", 20),
		"russian":  strings.Repeat("Вчера вечером мы долго обсуждали, как лучше считать токены. ", 20),
		"chinese":  strings.Repeat("我们昨天讨论了如何精确地计算长文本中的词元数量。", 20),
		"japanese": strings.Repeat("昨日は長い文章のトークン数を正確に数える方法について話し合いました。", 20),
	}
	base, err := Encoding(EncodingO200k)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		model, text string
		low, high   float64 // where the quotient to o200k_base must be
	}{
		{"claude-sonnet-4-5", "english", 1.15, 1.21},
		{"claude-sonnet-4-5", "code", 1.22, 1.26},
		{"claude-sonnet-4-5", "turkish", 1.36, 1.44},
		{"claude-sonnet-4-5", "chinese", 1.24, 1.30},
		{"claude-opus-4-7", "english", 1.55, 1.65},
		{"gemini-2.5-pro", "english", 1.09, 1.15},
		{"gemini-2.5-pro", "korean", 0.80, 0.90},
		{"gemini-2.5-pro", "japanese", 0.90, 0.96},
		{"deepseek-chat", "turkish", 1.24, 1.30},
		{"llama3.3", "russian", 1.18, 1.26},
	} {
		c, err := For(test.model)
		if err != nil {
			t.Fatal(err)
		}
		r, n := c.Measure(texts[test.text]), base.Count(texts[test.text])
		if q := float64(r.Tokens) / float64(n); q < test.low || q > test.high || !r.Estimated || r.Low >= r.Tokens || r.High <= r.Tokens {
			t.Errorf("%s, %s: %.3f (%d of %d to %d), want %.2f to %.2f", test.model, test.text, q, r.Tokens, r.Low, r.High, test.low, test.high)
		}
	}
}
