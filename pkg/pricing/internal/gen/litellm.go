package main

import (
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// row is one model of the second table.
type row struct {
	provider, name string
	facts          facts
	services       [4]*schedule
}

// providers of the second table that have another id in the catalog; "" drops them: their models are
// local, or no text models.
var litellmProvider = map[string]string{
	"gemini": "google", "bedrock": "aws", "bedrock_converse": "aws", "bedrock_mantle": "aws", "azure_ai": "azure",
	"azure_text": "azure", "text-completion-openai": "openai", "xai": "x-ai", "together_ai": "together",
	"fireworks_ai": "fireworks", "fireworks_ai-embedding-models": "fireworks", "moonshot": "moonshotai",
	"cohere_chat": "cohere", "voyage": "voyageai", "codestral": "mistral", "text-completion-codestral": "mistral",
	"text-completion-inception": "inception", "github_copilot": "github-copilot", "zai": "zai", "palm": "",
	"ollama": "", "lemonade": "", "replicate": "", "sagemaker": "", "chatgpt": "",
}

var capabilities = []struct{ field, letter string }{
	{"supports_vision", "v"},
	{"supports_function_calling", "t"},
	{"supports_response_schema", "j"},
	{"supports_reasoning", "r"},
	{"supports_prompt_caching", "c"},
	{"supports_pdf_input", "p"},
	{"supports_audio_input", "a"},
	{"supports_web_search", "w"},
}

var litellmBuckets = map[string]string{
	"input_cost_per_token": "in", "output_cost_per_token": "out", "cache_read_input_token_cost": "read",
	"cache_creation_input_token_cost": "write", "cache_creation_input_token_cost_above_1hr": "write1h",
	"output_cost_per_reasoning_token": "think",
}

// A price field is a bucket, then a tier, then a service: input_cost_per_token_above_272k_tokens_flex.
var priceField = regexp.MustCompile(`^(\w+?)(?:_above_(\d+)k_tokens)?(?:_(batches|flex|priority))?$`)

var million = big.NewRat(1_000_000, 1)

func readLitellm(data []byte) ([]row, error) {
	var table map[string]map[string]json.RawMessage
	if err := json.Unmarshal(data, &table); err != nil {
		return nil, err
	}
	var rows []row
	for _, name := range sorted(table) {
		r, err := readRow(name, table[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if r != nil {
			rows = append(rows, *r)
		}
	}
	return rows, nil
}

func readRow(name string, fields map[string]json.RawMessage) (*row, error) {
	source, mode := text(fields["litellm_provider"]), text(fields["mode"])
	if !slices.Contains([]string{"chat", "completion", "responses", "embedding"}, mode) || strings.Contains(name, "/container") {
		return nil, nil
	}
	r := &row{provider: catalogID(source)}
	if r.provider == "" {
		return nil, nil
	}
	r.name = localName(name, source, r.provider)
	r.facts = readFacts(mode, fields)
	return r, r.readPrices(fields)
}

func catalogID(source string) string {
	if id, ok := litellmProvider[source]; ok {
		return id
	}
	if strings.HasPrefix(source, "vertex_ai") {
		return "vertex"
	}
	return strings.ReplaceAll(source, "_", "-")
}

// localName is the name without the provider in front, lower case.
func localName(name, source, id string) string {
	name = strings.ToLower(name)
	for _, p := range []string{source, id, "azure", "azure_ai", "bedrock", "vertex_ai", "openai", "cohere", "text-completion-codestral"} {
		if rest, ok := strings.CutPrefix(name, p+"/"); ok {
			return rest
		}
	}
	return name
}

func readFacts(mode string, fields map[string]json.RawMessage) facts {
	f := facts{mode: mode, context: number(fields["max_input_tokens"]), output: number(fields["max_output_tokens"])}
	if mode == "embedding" {
		f.output = 0
	}
	if date := text(fields["deprecation_date"]); regexp.MustCompile(`^\d{4}-\d\d-\d\d$`).MatchString(date) {
		f.deprecated = date
	}
	for _, c := range capabilities {
		if string(fields[c.field]) == "true" {
			f.caps += c.letter
		}
	}
	return f
}

func (r *row) readPrices(fields map[string]json.RawMessage) error {
	for _, field := range sorted(fields) {
		// The 1-hour price is "above_1hr" and its tier follows, which the lazy group handles.
		m := priceField.FindStringSubmatch(field)
		if m == nil || litellmBuckets[m[1]] == "" {
			continue
		}
		if err := r.setPrice(litellmBuckets[m[1]], m[2], m[3], fields[field]); err != nil {
			return fmt.Errorf("%s: %w", field, err)
		}
	}
	if err := r.readTiered(fields["tiered_pricing"]); err != nil {
		return err
	}
	r.tidy()
	return nil
}

func (r *row) setPrice(bucket, thousands, service string, raw json.RawMessage) error {
	v, err := perMillion(raw)
	if err != nil {
		return err
	}
	i := map[string]int{"": standard, "batches": batch, "flex": flex, "priority": priority}[service]
	if r.services[i] == nil {
		r.services[i] = &schedule{rates: rates{}}
	}
	if thousands == "" {
		r.services[i].rates[bucket] = v
		return nil
	}
	k, err := strconv.ParseInt(thousands, 10, 64)
	r.services[i].tier(k * 1000)[bucket] = v
	return err
}

// readTiered reads the table's other form of tiers: a list of ranges with all their prices.
func (r *row) readTiered(raw json.RawMessage) error {
	if raw == nil {
		return nil
	}
	var list []map[string]json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return err
	}
	s := &schedule{rates: rates{}}
	for i, t := range list {
		var bounds []float64
		if err := json.Unmarshal(t["range"], &bounds); err != nil {
			return nil // tiers by something else than input tokens: left unpriced
		}
		into := s.rates
		if i > 0 {
			into = s.tier(int64(bounds[0]))
		}
		for field, bucket := range litellmBuckets {
			if t[field] != nil {
				v, err := perMillion(t[field])
				if err != nil {
					return err
				}
				into[bucket] = v
			}
		}
	}
	r.services[standard] = s
	return nil
}

// tidy drops what is not a price: a schedule without a price for input (zero is the table's way to say
// unknown) or for output, a zero in a cache bucket, reasoning at the price of output.
func (r *row) tidy() {
	for i, s := range r.services {
		if s == nil {
			continue
		}
		for _, rs := range append([]rates{s.rates}, tiersOf(s)...) {
			for _, k := range []string{"read", "write", "write1h", "think"} {
				if rs[k] != nil && (rs[k].Sign() == 0 || (k == "think" && equal(rs[k], rs["out"]))) {
					delete(rs, k)
				}
			}
			if r.facts.mode == "embedding" {
				delete(rs, "out")
			}
		}
		if in := s.rates["in"]; in == nil || in.Sign() == 0 || (s.rates["out"] == nil && r.facts.mode != "embedding") {
			r.services[i] = nil
		} else if i != standard && !r.plausible(i) {
			r.services[i] = nil
		}
	}
}

// plausible wants batch and flex cheaper than the standard price and priority dearer, by four times at
// most. What the table has beyond that are slips: a priority price for a family's larger model.
func (r *row) plausible(service int) bool {
	base := r.services[standard]
	if base == nil {
		return false
	}
	ratio, _ := new(big.Rat).Quo(r.services[service].rates["in"], base.rates["in"]).Float64()
	if service == priority {
		return ratio > 1 && ratio <= 4
	}
	return ratio >= 0.25 && ratio < 1
}

func tiersOf(s *schedule) []rates {
	var out []rates
	for _, above := range sorted(s.tiers) {
		out = append(out, s.tiers[above])
	}
	return out
}

// perMillion turns dollars per token into dollars per million, to the nano-dollar.
func perMillion(raw json.RawMessage) (*big.Rat, error) {
	v, err := rat(json.Number(strings.Trim(string(raw), `"`)))
	if err != nil {
		return nil, err
	}
	v.Mul(v, million)
	r, _ := new(big.Rat).SetString(v.FloatString(9))
	return r, nil
}

func text(raw json.RawMessage) string {
	var s string
	_ = json.Unmarshal(raw, &s)
	return s
}

// number reads a token count, which the table also writes as 1e6 or as text.
func number(raw json.RawMessage) int64 {
	f, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64)
	if err != nil {
		return 0
	}
	return int64(f)
}
