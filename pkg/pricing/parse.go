package pricing

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// parseModel reads a line of the catalog: id, names and patterns, facts, prices, a tab between them.
func parseModel(line string) (*Model, error) {
	column := strings.SplitN(line, "\t", 4)
	if len(column) != 4 || column[0] == "" {
		return nil, fmt.Errorf("%.80q has not four columns", line)
	}
	m := &Model{ID: column[0]}
	for _, name := range strings.Fields(column[1]) {
		if strings.ContainsAny(name, "*#") {
			m.Patterns = append(m.Patterns, name)
		} else {
			m.Names = append(m.Names, name)
		}
	}
	if err := m.parseFacts(column[2]); err != nil {
		return nil, fmt.Errorf("%s: %w", m.ID, err)
	}
	if column[3] == "" {
		return m, nil
	}
	for text := range strings.SplitSeq(column[3], " | ") {
		p, err := parsePrice(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.ID, err)
		}
		m.Prices = append(m.Prices, p)
	}
	return m, nil
}

func (m *Model) parseFacts(text string) (err error) {
	for word := range strings.FieldsSeq(text) {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "ctx":
			m.Context, err = strconv.ParseInt(value, 10, 64)
		case "maxin":
			m.MaxInput, err = strconv.ParseInt(value, 10, 64)
		case "maxout":
			m.MaxOutput, err = strconv.ParseInt(value, 10, 64)
		case "can":
			for i := range len(value) {
				m.Can |= 1 << max(0, strings.IndexByte(capabilityLetters, value[i]))
			}
		case "until":
			m.Until, err = time.Parse(time.DateOnly, value)
		case "embedding":
			m.Embedding = true
		case "retired":
			m.Retired = true
		case "disputed":
			m.Disputed = true
		case "free":
			m.Free = true
		default:
			err = fmt.Errorf("unknown fact %q", word)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// parsePrice reads "from=2026-03-13 in=3 out=15 >200000 in=6 out=22.5 /batch in=1.5 out=7.5". A tier
// starts as a copy of its base price, so that its rates are whole.
func parsePrice(text string) (p Price, err error) {
	p.Standard = &Schedule{}
	s, r := p.Standard, &p.Standard.Rates
	for word := range strings.FieldsSeq(text) {
		switch {
		case word[0] == '/':
			s, err = p.service(word[1:])
			if err == nil {
				r = &s.Rates
			}
		case word[0] == '>':
			tier := Tier{Rates: s.Rates}
			tier.Above, err = strconv.ParseInt(word[1:], 10, 64)
			s.Tiers = append(s.Tiers, tier)
			r = &s.Tiers[len(s.Tiers)-1].Rates
		default:
			err = p.word(r, word)
		}
		if err != nil {
			return p, err
		}
	}
	return p, nil
}

func (p *Price) service(word string) (*Schedule, error) {
	name, derived := strings.CutSuffix(word, "~")
	s := &Schedule{Derived: derived}
	switch name {
	case "batch":
		p.Batch = s
	case "flex":
		p.Flex = s
	case "priority":
		p.Priority = s
	default:
		return nil, fmt.Errorf("unknown service %q", word)
	}
	return s, nil
}

func (p *Price) word(r *Rates, word string) (err error) {
	key, value, _ := strings.Cut(word, "=")
	switch key {
	case "from":
		p.From, err = time.Parse(time.DateOnly, value)
		return err
	case "utc":
		p.Window, err = parseWindow(value)
		return err
	}
	bucket := r.bucket(key)
	if bucket == nil {
		return fmt.Errorf("unknown word %q", word)
	}
	v, err := parseRate(value)
	*bucket = &v
	return err
}

// bucket names the rates as the catalog's lines do.
func (r *Rates) bucket(key string) **llm.Money {
	switch key {
	case "in":
		return &r.Input
	case "out":
		return &r.Output
	case "read":
		return &r.CacheRead
	case "write":
		return &r.CacheWrite
	case "write1h":
		return &r.CacheWrite1h
	case "think":
		return &r.Reasoning
	}
	return nil
}

func parseWindow(text string) (Window, error) {
	start, end, _ := strings.Cut(text, "-")
	a, err := time.Parse("15:04", start)
	if err != nil {
		return Window{}, err
	}
	b, err := time.Parse("15:04", end)
	midnight := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	return Window{a.Sub(midnight), b.Sub(midnight)}, err
}

// parseRate reads dollars with at most nine decimals, as gen writes them, without the cost of a rational.
func parseRate(s string) (llm.Money, error) {
	whole, frac, _ := strings.Cut(s, ".")
	if whole == "" || len(whole) > 9 || len(frac) > 9 {
		return 0, fmt.Errorf("%q is no price", s)
	}
	var v int64
	for i := range 9 + len(whole) {
		c := byte('0')
		if i < len(whole) {
			c = whole[i]
		} else if i-len(whole) < len(frac) {
			c = frac[i-len(whole)]
		}
		if c < '0' || c > '9' {
			return 0, fmt.Errorf("%q is no price", s)
		}
		v = v*10 + int64(c-'0')
	}
	return llm.Money(v), nil
}
