package pricing

import (
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// tooMany tokens for one request: no tier of prices begins behind them.
const tooMany = 1 << 50

// fields calls set for each key of a mapping. A key that set does not know is an error that names the
// nearest of more and the price keys; a key that is there twice is one too.
func (p overrideParser) fields(n *yaml.Node, set func(key, value *yaml.Node) (known bool, err error), more ...string) error {
	if n.Kind != yaml.MappingNode {
		return p.at(n, "a price must be a mapping").WithHint("for example  {input: 0.15, output: 0.6}")
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], aliased(n.Content[i+1])
		if seen[key.Value] {
			return p.at(key, "%.40s is there twice", key.Value)
		}
		seen[key.Value] = true
		known, err := set(key, value)
		if err != nil {
			return err
		}
		if !known {
			return p.at(key, "unknown key %.40q in a price", key.Value).WithHint("%s", hintFor(key.Value, more))
		}
	}
	return nil
}

func hintFor(key string, more []string) string {
	names := slices.Clone(more)
	for _, pair := range rateKeys {
		names = append(names, pair[0])
	}
	slices.Sort(names)
	if hint := diag.DidYouMean(key, names); hint != "" {
		return hint
	}
	return "the keys are input, output, cache_read, cache_write, cache_write_1h, reasoning, batch, flex, priority, tiers, from, context and max_output"
}

// count reads a number of tokens.
func (p overrideParser) count(n *yaml.Node) (int64, error) {
	v, err := strconv.ParseInt(n.Value, 10, 64)
	if n.Kind != yaml.ScalarNode || err != nil || v < 0 || v > tooMany {
		return 0, p.at(n, "%.40q is no number of tokens", n.Value).WithHint("write it in digits: 200000")
	}
	return v, nil
}
