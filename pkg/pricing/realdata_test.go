package pricing

import (
	"bytes"
	"encoding/json"
	"math/big"
	"os"
	"strings"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/internal/realdata"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// checkedModels are in both public tables: our reference, the provider and model id of the first, and
// the key of the second. The code below reads the tables on its own, with nothing of the generator.
var checkedModels = []struct{ ref, provider, id, key string }{
	{"openai/gpt-4o", "openai", "gpt-4o", "gpt-4o"},
	{"openai/gpt-4o-2024-08-06", "openai", "gpt-4o", "gpt-4o-2024-08-06"},
	{"openai/gpt-4o-2024-05-13", "openai", "gpt-4o-2024-05-13", "gpt-4o-2024-05-13"},
	{"openai/gpt-4o-mini", "openai", "gpt-4o-mini", "gpt-4o-mini"},
	{"openai/gpt-4.1-nano", "openai", "gpt-4.1-nano", "gpt-4.1-nano"},
	{"openai/gpt-5", "openai", "gpt-5", "gpt-5"},
	{"openai/gpt-5-mini", "openai", "gpt-5-mini", "gpt-5-mini"},
	{"openai/gpt-5.4", "openai", "gpt-5.4", "gpt-5.4"},
	{"openai/gpt-5.5", "openai", "gpt-5.5", "gpt-5.5"},
	{"openai/o3", "openai", "o3", "o3"},
	{"openai/o4-mini", "openai", "o4-mini", "o4-mini"},
	{"openai/text-embedding-3-large", "openai", "text-embedding-3-large", "text-embedding-3-large"},
	{"anthropic/claude-haiku-4-5", "anthropic", "claude-haiku-4-5", "claude-haiku-4-5"},
	{"anthropic/claude-sonnet-4-5-20250929", "anthropic", "claude-sonnet-4-5", "claude-sonnet-4-5-20250929"},
	{"anthropic/claude-opus-4-6", "anthropic", "claude-opus-4-6", "claude-opus-4-6"},
	{"anthropic/claude-opus-5", "anthropic", "claude-opus-5", "claude-opus-5"},
	{"gemini/gemini-2.5-flash", "google", "gemini-2.5-flash", "gemini/gemini-2.5-flash"},
	{"gemini/gemini-2.5-pro", "google", "gemini-2.5-pro", "gemini/gemini-2.5-pro"},
	{"gemini/gemini-3.1-pro-preview", "google", "gemini-3.1-pro-preview", "gemini/gemini-3.1-pro-preview"},
	{"groq/llama-3.3-70b-versatile", "groq", "llama-3.3-70b-versatile", "groq/llama-3.3-70b-versatile"},
	{"groq/openai/gpt-oss-20b", "groq", "openai/gpt-oss-20b", "groq/openai/gpt-oss-20b"},
	{"openrouter/anthropic/claude-opus-4.5", "openrouter", "anthropic/claude-opus-4.5", "openrouter/anthropic/claude-opus-4.5"},
	{"bedrock/amazon.nova-pro-v1:0", "aws", "amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0"},
}

// odd is a count of tokens that makes sums of every digit.
const odd = 123_457

// oneBucket is a usage of a single bucket, behind enough input for a tier when that is asked for.
var oneBucket = map[string]func(n int64) llm.Usage{
	"input":          func(n int64) llm.Usage { return llm.Usage{UncachedInput: n} },
	"cache_read":     func(n int64) llm.Usage { return llm.Usage{CacheRead: n} },
	"cache_write":    func(n int64) llm.Usage { return llm.Usage{CacheWrite: n} },
	"cache_write_1h": func(n int64) llm.Usage { return llm.Usage{CacheWrite1h: n} },
	"output":         func(n int64) llm.Usage { return llm.Usage{Output: n} },
}

// exact is tokens × dollars per million in nano-dollars, rounded half to even, by rationals.
func exact(perMillion *big.Rat, tokens int64) llm.Money {
	v := new(big.Rat).Mul(perMillion, big.NewRat(tokens*1000, 1))
	floor := new(big.Int).Quo(v.Num(), v.Denom())
	rest := new(big.Rat).Sub(v, new(big.Rat).SetInt(floor))
	if c := rest.Cmp(big.NewRat(1, 2)); c > 0 || (c == 0 && floor.Bit(0) == 1) {
		floor.Add(floor, big.NewInt(1))
	}
	return llm.Money(floor.Int64())
}

func price(t *testing.T, v any) *big.Rat {
	t.Helper()
	n, ok := v.(json.Number)
	if !ok {
		t.Fatalf("%v is no number", v)
	}
	r, ok := new(big.Rat).SetString(n.String())
	if !ok {
		t.Fatalf("%v is no price", v)
	}
	return r
}

func readTable(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(realdata.Path(t, "prices", name))
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		t.Fatal(err)
	}
}

func TestAgainstFirstTable(t *testing.T) {
	var table []struct {
		ID     string
		Models []struct {
			ID     string
			Prices any
		}
	}
	readTable(t, "genai-prices-0.1.8-data.json", &table)
	find := func(provider, id string) any {
		for _, p := range table {
			for _, m := range p.Models {
				if p.ID == provider && m.ID == id {
					return m.Prices
				}
			}
		}
		t.Fatalf("%s/%s is not in the table", provider, id)
		return nil
	}
	fields := map[string]string{
		"input_mtok": "input", "cache_read_mtok": "cache_read", "cache_write_mtok": "cache_write",
		"cache_write_1h_mtok": "cache_write_1h", "output_mtok": "output",
	}
	c, compared := defaultT(t), 0
	for _, checked := range checkedModels {
		dated, ok := find(checked.provider, checked.id).([]any)
		if !ok {
			dated = []any{map[string]any{"prices": find(checked.provider, checked.id)}}
		}
		for i, entry := range dated {
			opts := Options{At: on("2024-01-01")}
			if i > 0 {
				opts.At = on(entry.(map[string]any)["constraint"].(map[string]any)["start_date"].(string))
			}
			for field, value := range entry.(map[string]any)["prices"].(map[string]any) {
				bucket := fields[field]
				if bucket == "" {
					continue
				}
				tiered, ok := value.(map[string]any)
				if !ok {
					tiered = map[string]any{"base": value}
				}
				compared++
				checkBucket(t, c, checked.ref, bucket, odd, opts, price(t, tiered["base"]))
				tiers, _ := tiered["tiers"].([]any)
				for _, tier := range tiers {
					checkTier(t, c, checked.ref, bucket, tier.(map[string]any), opts)
				}
			}
		}
	}
	if compared < 70 {
		t.Errorf("only %d prices were compared", compared)
	}
}

func checkBucket(t *testing.T, c *Catalog, ref, bucket string, tokens int64, o Options, perMillion *big.Rat) {
	t.Helper()
	u := oneBucket[bucket](tokens)
	got := c.Cost(ref, &u, o)
	if want := exact(perMillion, tokens); got == nil || *got != want {
		t.Errorf("%s: %d tokens of %s at %s (%+v) cost %s, want %s", ref, tokens, bucket, o.At.Format("2006-01-02"), o, text(got), want)
		return
	}
	// The price itself is the table's, also where it is finer than the cost shows.
	line := mustFind(t, c, ref).Breakdown(&u, o).Lines[0]
	if want := new(big.Rat).Mul(perMillion, big.NewRat(int64(llm.Dollar), 1)); want.Cmp(big.NewRat(int64(*line.Rate), 1)) != 0 {
		t.Errorf("%s: %s costs %s per million tokens, want %s", ref, bucket, *line.Rate, perMillion.FloatString(12))
	}
}

// checkTier compares the price of a request one token above the tier's start, and of one at it.
func checkTier(t *testing.T, c *Catalog, ref, bucket string, tier map[string]any, o Options) {
	t.Helper()
	start, err := tier["start"].(json.Number).Int64()
	if err != nil {
		t.Fatal(err)
	}
	want := price(t, tier["price"])
	if bucket != "output" {
		checkBucket(t, c, ref, bucket, start+1, o, want)
		return
	}
	m := mustFind(t, c, ref)
	b := m.Breakdown(&llm.Usage{UncachedInput: start + 1, Output: odd}, o)
	if b == nil || b.Tier != start || b.Lines[1].Cost != exact(want, odd) {
		t.Errorf("%s: output above %d tokens: %+v, want %s", ref, start, b, exact(want, odd))
	}
}

func TestAgainstSecondTable(t *testing.T) {
	var table map[string]map[string]any
	readTable(t, "model_prices_and_context_window.json", &table)
	fields := map[string]string{
		"input_cost_per_token": "input", "cache_read_input_token_cost": "cache_read", "output_cost_per_token": "output",
		"cache_creation_input_token_cost": "cache_write", "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
	}
	services := map[string]Options{"": {}, "_batches": {Batch: true}, "_flex": {Flex: true}, "_priority": {Priority: true}}
	c, compared, special := defaultT(t), 0, 0
	for _, checked := range checkedModels {
		row := table[checked.key]
		if row == nil {
			t.Fatalf("%s is not in the table", checked.key)
		}
		for field, bucket := range fields {
			for suffix, o := range services {
				v, ok := row[field+suffix]
				if !ok || implausible(t, row, field, suffix) || (bucket == "output" && row["mode"] == "embedding") {
					continue
				}
				o.At = c.Date()
				compared++
				if suffix != "" {
					special++
				}
				checkBucket(t, c, checked.ref, bucket, odd, o, new(big.Rat).Mul(price(t, v), big.NewRat(1_000_000, 1)))
			}
		}
		m := mustFind(t, c, checked.ref)
		if limit, ok := row["max_output_tokens"].(json.Number); ok && row["mode"] != "embedding" && limit.String() != big.NewInt(m.MaxOutput).String() {
			t.Errorf("%s: max output %d, want %s", checked.ref, m.MaxOutput, limit)
		}
		if date, ok := row["deprecation_date"].(string); ok && m.Until.Format("2006-01-02") != date {
			t.Errorf("%s: ends %v, want %s", checked.ref, m.Until, date)
		}
		if vision, _ := row["supports_vision"].(bool); vision != m.Can.Has(Vision) {
			t.Errorf("%s: vision %v, want %v", checked.ref, m.Can.Has(Vision), vision)
		}
	}
	if compared < 90 || special < 30 {
		t.Errorf("only %d prices were compared, %d of them of a service", compared, special)
	}
}

// implausible says that the table has the standard price under another service's name, which the
// catalog leaves out.
func implausible(t *testing.T, row map[string]any, field, suffix string) bool {
	t.Helper()
	if suffix == "" {
		return false
	}
	input, ok := row["input_cost_per_token"+suffix]
	return !ok || strings.HasPrefix(field, "cache_creation") || price(t, input).Cmp(price(t, row["input_cost_per_token"])) == 0
}

func defaultT(t testing.TB) *Catalog {
	t.Helper()
	c, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return c
}
