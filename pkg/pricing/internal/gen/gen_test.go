package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/internal/realdata"
	"github.com/llmops-toolkit/llmops/pkg/pricing"
)

const firstTable = `[{"id": "openai", "name": "OpenAI", "models": [
 {"id": "M-1", "match": {"or": [{"equals": "m-1"}, {"starts_with": "m-1-preview-"}, {"regex": "^m-1\\.0-\\d{4}-\\d{2}$"}]}, "context_window": 1000,
  "prices": {"input_mtok": {"base": 2, "tiers": [{"start": 200, "price": 4}]}, "output_mtok": 8, "audio_hours": 3}},
 {"id": "moved", "match": {"equals": "moved"},
  "prices": [{"prices": {"input_mtok": 4, "output_mtok": 8}}, {"constraint": {"type": "start_date", "start_date": "2026-08-21"}, "prices": {"input_mtok": 2, "output_mtok": 4}}]},
 {"id": "hours", "match": {"equals": "hours"}, "prices": {"audio_hours": 0.3}},
 {"id": "nice:free", "match": {"equals": "nice:free"}, "prices": {}},
 {"id": "quiet", "match": {"contains": "quiet"}, "prices": {}}]},
 {"id": "google", "name": "Google", "models": [
 {"id": "g", "match": {"and": [{"starts_with": "g"}, {"regex": "^(?!.*-tts)"}]}, "price_comments": "Batch and Flex tiers offer 50% discount, Priority tier is 1.8x.",
  "prices": [{"prices": {"input_mtok": 1, "output_mtok": 2}}, {"constraint": {"type": "time_of_date", "start_time": "00:30:00Z", "end_time": "16:30:00Z"}, "prices": {"input_mtok": 3, "output_mtok": 4}}]}]}]`

const secondTable = `{"sample_spec": {"mode": "one of: chat", "litellm_provider": "one of"},
 "m-1": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06, "input_cost_per_token_batches": 1e-06,
   "output_cost_per_token_batches": 4e-06, "input_cost_per_token_priority": 2e-06, "output_cost_per_token_priority": 8e-06,
   "cache_read_input_token_cost": 0.0, "max_input_tokens": 800, "max_output_tokens": 200, "supports_vision": true},
 "m-1-preview-2026-01-01": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06, "max_input_tokens": 800,
   "max_output_tokens": 100, "deprecation_date": "2026-12-01"},
 "moved": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 4e-06, "output_cost_per_token": 8e-06, "input_cost_per_token_flex": 2e-06, "output_cost_per_token_flex": 4e-06},
 "openai/only": {"litellm_provider": "openai", "mode": "responses", "input_cost_per_token": 1.5e-07, "output_cost_per_token": 6.25e-07, "output_cost_per_reasoning_token": 1e-06,
   "input_cost_per_token_above_128k_tokens": 3e-07, "cache_creation_input_token_cost_above_1hr_above_200k_tokens": 1e-06},
 "ollama/x": {"litellm_provider": "ollama", "mode": "chat", "input_cost_per_token": 0.0, "output_cost_per_token": 0.0},
 "xai/zero": {"litellm_provider": "xai", "mode": "chat", "input_cost_per_token": 0.0, "output_cost_per_token": 0.0},
 "dashscope/q": {"litellm_provider": "dashscope", "mode": "chat", "tiered_pricing": [
   {"range": [0, 256000.0], "input_cost_per_token": 5e-08, "output_cost_per_token": 4e-07}, {"range": [256000.0, 1e6], "input_cost_per_token": 2.5e-07, "output_cost_per_token": 2e-06}]},
 "image": {"litellm_provider": "openai", "mode": "image_generation", "input_cost_per_token": 1e-06},
 "gemini/g": {"litellm_provider": "gemini", "mode": "chat", "input_cost_per_token": 9e-06, "output_cost_per_token": 9e-06},
 "e": {"litellm_provider": "openai", "mode": "embedding", "input_cost_per_token": 1e-07, "output_cost_per_token": 0.0, "max_input_tokens": 8191}}`

func generate(t *testing.T, first, second string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	o := options{genai: filepath.Join(dir, "a"), litellm: filepath.Join(dir, "b"), genaiVersion: "1", genaiDate: "2026-09-23"}
	for path, text := range map[string]string{o.genai: first, o.litellm: second} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return build(o, io.Discard)
}

func TestBuild(t *testing.T) {
	text, err := generate(t, firstTable, secondTable)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") {
			got = append(got, strings.TrimSuffix(line, "\n"))
		}
	}
	want := []string{
		"@dashscope\tdashscope",
		"q\t\t\tin=0.05 out=0.4 >256000 in=0.25 out=2",
		"@google\tGoogle",
		"g\tg*\tdisputed\tin=1 out=2 /batch~ in=0.5 out=1 /flex~ in=0.5 out=1 /priority~ in=1.8 out=3.6" +
			" | utc=00:30-16:30 in=3 out=4 /batch~ in=1.5 out=2 /flex~ in=1.5 out=2 /priority~ in=5.4 out=7.2",
		"@openai\tOpenAI",
		"m-1\tm-1-preview* m-1.0-####-##\tctx=1000 maxin=800 maxout=200 can=v\tin=2 out=8 >200 in=4 /batch in=1 out=4 >200 in=2",
		"moved\t\t\tin=4 out=8 /flex in=2 out=4 | from=2026-08-21 in=2 out=4 /flex~ in=1 out=2",
		"nice:free\t\tfree\tin=0 out=0",
		"quiet\t*quiet*\t\t",
		"e\t\tctx=8191 embedding\tin=0.1",
		"m-1-preview-2026-01-01\t\tctx=1000 maxin=800 maxout=100 until=2026-12-01\tin=2 out=8 >200 in=4",
		"only\t\t\tin=0.15 out=0.625 think=1 >128000 in=0.3 >200000 write1h=1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	c, err := pricing.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Check(); err != nil {
		t.Error(err)
	}
}

func TestBuildRejects(t *testing.T) {
	for name, tables := range map[string][2]string{
		"first table":    {"{", "{}"},
		"second table":   {"[]", "["},
		"match rule":     {`[{"id": "a", "models": [{"id": "m", "match": {"sounds_like": "m"}, "prices": {"input_mtok": 1}}]}]`, "{}"},
		"negative price": {`[{"id": "a", "models": [{"id": "m", "match": {"equals": "m"}, "prices": {"input_mtok": -1}}]}]`, "{}"},
		"no price":       {"[]", `{"m": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": "cheap"}}`},
	} {
		if _, err := generate(t, tables[0], tables[1]); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := run(options{}, io.Discard); err == nil {
		t.Error("no flags: no error")
	}
}

// The committed catalog is what the tables in hand give.
func TestCatalogIsCurrent(t *testing.T) {
	o := options{
		genai:        realdata.Path(t, "prices", "genai-prices-0.1.8-data.json"),
		litellm:      realdata.Path(t, "prices", "model_prices_and_context_window.json"),
		genaiVersion: "0.1.8", genaiDate: "2026-09-23",
		out: filepath.Join(t.TempDir(), "catalog.txt"),
	}
	if err := run(o, io.Discard); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(o.out)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("../../catalog.txt")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Error("catalog.txt is not what the generator makes: run `make prices`")
	}
}
