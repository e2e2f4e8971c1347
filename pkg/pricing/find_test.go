package pricing

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFindInSample(t *testing.T) {
	c := sampleCatalog(t)
	for ref, want := range map[string]string{
		"openai/m": "openai/m", "OpenAI/M": "openai/m", "m": "openai/m", "openai/m-2026-01-02": "openai/m",
		"openai/m-mini-2026-05-01": "openai/m-mini", "openai/m-maxi": "", "openai/m-2027-01-01": "",
		"openai/ft:m-2026-01-02:org:name:id": "openai/ft:m-2026-01-02", "openai/ft:m-mini:org::id": "",
		"azure/eu/m": "azure/eu/m", "azure/m": "openai/m", "azure/c-5": "anthropic/c-5", "azure/gratis": "",
		"gemini/gratis": "google/gratis", "vertex_ai/gratis": "google/gratis", "google/m": "",
		"anthropic/c-5-20270101": "anthropic/c-5", "anthropic/c-5-5": "", "c-five-latest": "anthropic/c-5",
		"": "", "/": "", "openai/": "", "/m": "openai/m", "nobody/m": "", "@openai/m": "", "openai\t/m": "",
	} {
		got := ""
		if m, ok := c.Find(ref); ok {
			got = m.Ref()
		}
		if got != want {
			t.Errorf("Find(%q) = %q, want %q", ref, got, want)
		}
	}
}

// The built-in catalog answers for the references that people write.
func TestFindInDefault(t *testing.T) {
	c, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	for ref, want := range map[string]string{
		"openai/gpt-4o-2024-08-06":                               "openai/gpt-4o-2024-08-06",
		"openai/gpt-4o-mini":                                     "openai/gpt-4o-mini",
		"openai/gpt-5.1":                                         "openai/gpt-5.1",
		"openai/o3-2025-04-16":                                   "openai/o3-2025-04-16",
		"openai/ft:gpt-4o-2024-08-06:acme::x1":                   "openai/ft:gpt-4o",
		"openai/text-embedding-3-small":                          "openai/text-embedding-3-small",
		"anthropic/claude-sonnet-4-5-20250929":                   "anthropic/claude-sonnet-4-5-20250929",
		"anthropic/claude-haiku-4-5":                             "anthropic/claude-haiku-4-5",
		"gemini/gemini-2.5-flash":                                "google/gemini-2.5-flash",
		"gemini/gemini-2.5-pro-preview-05-06":                    "google/gemini-2.5-pro",
		"azure/gpt-4o-2024-08-06":                                "azure/gpt-4o-2024-08-06",
		"openrouter/anthropic/claude-sonnet-4.5":                 "openrouter/anthropic/claude-sonnet-4.5",
		"groq/llama-3.3-70b-versatile":                           "groq/llama-3.3-70b-versatile",
		"bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0":   "aws/regional.anthropic.claude-sonnet-4-5-20250929-v1:0",
		"bedrock/global.anthropic.claude-opus-4-5-20251101-v1:0": "aws/global.anthropic.claude-opus-4-5-v1:0",
		"mistral/mistral-large-latest":                           "mistral/mistral-large-latest",
		"xai/grok-4":                                             "x-ai/grok-4",
		"deepseek/deepseek-chat":                                 "deepseek/deepseek-chat",
		"ollama/llama3.2":                                        "", "vllm/gpt-oss-120b": "", "replay/gpt-4o": "", "local/gpt-4o": "", "openai/gpt-4o-maxi": "",
		"anthropic/claude-sonnet-4-7": "", "openai/gpt-77": "", "gemini/gemini-2.5-pro-preview-tts": "google/gemini-2.5-pro-tts",
	} {
		got := ""
		if m, ok := c.Find(ref); ok {
			got = m.Ref()
		}
		if got != want {
			t.Errorf("Find(%q) = %q, want %q", ref, got, want)
		}
	}
}

func TestNilCatalog(t *testing.T) {
	var c *Catalog
	if _, ok := c.Find("openai/m"); ok {
		t.Error("a nil catalog found a model")
	}
	if c.Cost("openai/m", nil, Options{}) != nil || c.List(Filter{}) != nil || c.Providers() != nil ||
		c.Nearest("x") != nil || c.Warning(time.Now()) != "" || c.Changes(time.Time{}, time.Now()) != nil {
		t.Error("a nil catalog knows something")
	}
}

func TestResolve(t *testing.T) {
	c := sampleCatalog(t).With(Overrides{"mine/x": {}})
	type answer struct {
		Ref, Via  string
		Floating  bool
		Snapshots []string
	}
	for ref, want := range map[string]answer{
		"openai/m":                 {"openai/m", "name", true, []string{"openai/m-2026-01-02"}},
		"m":                        {"openai/m", "name", true, []string{"openai/m-2026-01-02"}},
		"openai/m-2026-01-02":      {"openai/m", "name", false, nil},
		"azure/m":                  {"openai/m", "fallback", true, []string{"azure/m-2026-01-02"}},
		"openai/m-mini-2026-05-01": {"openai/m-mini", "pattern", false, nil},
		"anthropic/c-5-latest":     {"anthropic/c-5", "pattern", true, nil},
		"openai/ft:m-2026-01-02:o": {"openai/ft:m-2026-01-02", "fine-tune", false, nil},
		"mine/x":                   {"mine/x", "override", false, nil},
	} {
		r, ok := c.Resolve(ref)
		if !ok {
			t.Errorf("Resolve(%q) found nothing", ref)
			continue
		}
		if diff := cmp.Diff(want, answer{r.Model.Ref(), r.Via, r.Floating, r.Snapshots}); diff != "" {
			t.Errorf("Resolve(%q) (-want +got):\n%s", ref, diff)
		}
	}
	if _, ok := c.Resolve("openai/n"); ok {
		t.Error("an unknown model was resolved")
	}
}

func TestNearest(t *testing.T) {
	c, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	for ref, want := range map[string]string{
		"openai/gpt-4o-minni":          "openai/gpt-4o-mini",
		"gemini/gemini-2.5-flsh":       "gemini/gemini-2.5-flash",
		"anthropic/claude-sonnet-4-55": "anthropic/claude-sonnet-4-5",
		"opnai/gpt-4o":                 "openai/gpt-4o",
		"gpt-4o-minii":                 "openai/gpt-4o-mini",
	} {
		near := c.Nearest(ref)
		if len(near) == 0 || near[0] != want {
			t.Errorf("Nearest(%q) = %q, want %q first", ref, near, want)
		}
	}
	if near := c.Nearest("zzzzzzzz/qqqqqqqqqqqq"); len(near) != 0 {
		t.Errorf("Nearest found %q for nonsense", near)
	}
}

func TestAge(t *testing.T) {
	c := sampleCatalog(t)
	if got := c.Warning(on("2026-09-23").Add(stale)); got != "" {
		t.Errorf("at 180 days: %q", got)
	}
	got := c.Warning(on("2026-09-23").Add(stale + 24*time.Hour))
	if !strings.Contains(got, "2026-09-23") || !strings.Contains(got, "181 days") {
		t.Errorf("at 181 days: %q", got)
	}
	if diff := cmp.Diff([]string{"a table, MIT"}, c.Sources()); diff != "" {
		t.Error(diff)
	}
}

func TestParseRejects(t *testing.T) {
	for name, text := range map[string]string{
		"no date": "@a\tA\n", "columns": "# date 2026-01-01\n@a\tA\nx\ty\n", "price": "# date 2026-01-01\n@a\tA\nx\t\t\tin=1e3\n",
		"negative": "# date 2026-01-01\n@a\tA\nx\t\t\tin=-1\n", "word": "# date 2026-01-01\n@a\tA\nx\t\t\tprice=1\n",
		"fact": "# date 2026-01-01\n@a\tA\nx\t\tcontext=1\tin=1\n", "service": "# date 2026-01-01\n@a\tA\nx\t\t\tin=1 /slow in=2\n",
		"tier": "# date 2026-01-01\n@a\tA\nx\t\t\tin=1 >x in=2\n", "window": "# date 2026-01-01\n@a\tA\nx\t\t\tutc=1-2 in=1\n",
		"decimals": "# date 2026-01-01\n@a\tA\nx\t\t\tin=0.0000000001\n", "empty price": "# date 2026-01-01\n@a\tA\nx\t\t\tin=\n",
	} {
		c, err := Parse(text)
		if err == nil {
			err = c.Check()
		}
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Blocks are parsed on first use, by whoever comes first.
func TestConcurrentUse(t *testing.T) {
	c, err := Parse(catalogText)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	found := make([]*Model, 16)
	for i := range found {
		wg.Go(func() { found[i], _ = c.Find("openai/gpt-4o-2024-08-06") })
	}
	wg.Wait()
	for i, m := range found {
		if m == nil || m != found[0] {
			t.Errorf("goroutine %d got %p, the first %p", i, m, found[0])
		}
	}
}
