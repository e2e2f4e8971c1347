package main

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
)

var (
	bucketOrder  = []string{"in", "out", "read", "write", "write1h", "think"}
	serviceOrder = []string{"", "/batch", "/flex", "/priority"}
)

// write renders the catalog: a line "@id name" for each provider, in order of id, then its models.
func (c *catalog) write(b *strings.Builder) {
	for _, id := range sorted(c.providers) {
		p := c.providers[id]
		if len(p.models) == 0 {
			continue
		}
		fmt.Fprintf(b, "@%s\t%s\n", id, p.name)
		for _, m := range p.models {
			slices.Sort(m.names)
			names := append(slices.Clone(m.names), m.patterns...)
			fmt.Fprintf(b, "%s\t%s\t%s\t%s\n", m.id, strings.Join(names, " "), m.facts.render(), render(m.prices))
		}
	}
}

func (f facts) render() string {
	var words []string
	add := func(key string, n int64) {
		if n > 0 {
			words = append(words, fmt.Sprintf("%s=%d", key, n))
		}
	}
	add("ctx", f.context)
	add("maxin", f.input)
	add("maxout", f.output)
	if f.caps != "" {
		words = append(words, "can="+f.caps)
	}
	if f.mode == "embedding" {
		words = append(words, "embedding")
	}
	if f.deprecated != "" {
		words = append(words, "until="+f.deprecated)
	}
	if f.retired {
		words = append(words, "retired")
	}
	if f.disputed {
		words = append(words, "disputed")
	}
	if f.free {
		words = append(words, "free")
	}
	return strings.Join(words, " ")
}

// render writes prices as words: "in=3 out=15 >200000 in=6 out=22.5 /batch in=1.5 out=7.5", one list
// after another with "|" between them, "from=" and "utc=" first.
func render(prices []price) string {
	var lists []string
	for _, p := range prices {
		var words []string
		if p.from != "" {
			words = append(words, "from="+p.from)
		}
		if p.window != "" {
			words = append(words, "utc="+p.window)
		}
		for i, s := range p.services {
			if s == nil {
				continue
			}
			if mark := serviceOrder[i]; mark != "" {
				if s.derived {
					mark += "~"
				}
				words = append(words, mark)
			}
			words = append(words, s.rates.words()...)
			for _, above := range sorted(s.tiers) {
				words = append(words, fmt.Sprintf(">%d", above))
				words = append(words, s.tiers[above].words()...)
			}
		}
		lists = append(lists, strings.Join(words, " "))
	}
	return strings.Join(lists, " | ")
}

func (r rates) words() []string {
	var out []string
	for _, k := range bucketOrder {
		if r[k] != nil {
			out = append(out, k+"="+decimal(r[k]))
		}
	}
	return out
}

// decimal writes a price with as many decimals as it has, nine at most.
func decimal(r *big.Rat) string {
	s := r.FloatString(9)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

func sorted[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
