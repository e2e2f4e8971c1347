package ledger

import (
	"slices"
	"strings"
	"unicode"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// Query is a search over the texts that are kept.
type Query struct{ match string }

// SearchIn is a part of a call that can be searched.
type SearchIn string

// The parts. The input is every message but the system's, tool results included.
const (
	InSystem SearchIn = "system"
	InInput  SearchIn = "input"
	InOutput SearchIn = "output"
)

// ParseQuery reads a search as people write it: all words must be there, in any order; "several words" in
// quotes stand together; word* is the beginning of one; -word or NOT word must not be there; of two words with OR between
// them one must. It looks into the given parts, by default into input and output. A query that asks for nothing is a *diag.Error.
func ParseQuery(text string, in ...SearchIn) (*Query, error) {
	if len(in) == 0 {
		in = []SearchIn{InInput, InOutput}
	}
	columns := make([]string, len(in))
	for i, c := range in {
		if !slices.Contains([]SearchIn{InSystem, InInput, InOutput}, c) {
			return nil, diag.Errorf("calls have no part %q to search", c).WithHint("system, input or output")
		}
		columns[i] = string(c)
	}
	must, not, err := clauses(terms(text))
	if err != nil {
		return nil, err
	}
	if len(must) == 0 {
		return nil, diag.Errorf("the search names no word that must be there").
			WithHint(`for example: refund "late delivery" -test order*`)
	}
	match := strings.Join(must, " AND ")
	for _, n := range not {
		match = "(" + match + ") NOT " + n
	}
	return &Query{"{" + strings.Join(columns, " ") + "} : (" + match + ")"}, nil
}

// clauses are what must be there, and what must not.
func clauses(list []term) (must, not []string, _ error) {
	either := false // the next term is another way to meet the last of must
	for i, t := range list {
		switch t.operator() {
		case "AND":
			continue
		case "OR":
			either = len(must) > 0
			continue
		case "NOT":
			if i+1 < len(list) {
				list[i+1].not = true
			}
			continue
		}
		phrases := t.phrases()
		if len(phrases) == 0 {
			continue
		}
		clause := "(" + strings.Join(phrases, " AND ") + ")"
		switch {
		case either && t.not:
			return nil, nil, diag.Errorf("what must not be there cannot be one of the sides of OR").WithHint("write it behind the words that must be there")
		case t.not:
			not = append(not, clause)
		case either:
			last := len(must) - 1
			must[last] = "(" + must[last] + " OR " + clause + ")"
		default:
			must = append(must, clause)
		}
		either = false
	}
	return must, not, nil
}

// operator is AND, OR or NOT in capitals and without quotes; "" is a term like any other.
func (t term) operator() string {
	if t.quoted || t.not || t.prefix || !slices.Contains([]string{"AND", "OR", "NOT"}, t.text) {
		return ""
	}
	return t.text
}

// term is a word or a quoted phrase of a query.
type term struct {
	text        string
	not, prefix bool
	quoted      bool
}

func terms(text string) (out []term) {
	for rest := strings.TrimSpace(text); rest != ""; rest = strings.TrimLeftFunc(rest, unicode.IsSpace) {
		var t term
		if len(rest) > 1 && rest[0] == '-' {
			t.not, rest = true, rest[1:]
		}
		if quoted, ok := strings.CutPrefix(rest, `"`); ok {
			t.quoted = true
			t.text, rest, _ = strings.Cut(quoted, `"`) // one that is not closed goes to the end
		} else {
			end := strings.IndexFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || r == '"' })
			if end < 0 {
				end = len(rest)
			}
			t.text, rest = rest[:end], rest[end:]
		}
		if after, ok := strings.CutPrefix(rest, "*"); ok {
			t.prefix, rest = true, after
		} else if before, ok := strings.CutSuffix(t.text, "*"); ok {
			t.prefix, t.text = true, before
		}
		out = append(out, t)
	}
	return out
}

// phrases are what FTS5 must find for the term. Where letters with and without spaces between words meet,
// they are two: the index has another letter between them.
func (t term) phrases() (out []string) {
	parts := split(foldI(strings.ReplaceAll(t.text, "\x00", " "))) // FTS5 takes NUL for the end
	for i, p := range parts {
		if strings.IndexFunc(p, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) < 0 {
			continue
		}
		prefix := t.prefix && i == len(parts)-1
		if r := []rune(p); unspaced(r[0]) && len(r) == 1 {
			prefix = true // it stands first in a pair, or alone
		}
		q := `"` + strings.ReplaceAll(strings.TrimSpace(pairs(p, false)), `"`, `""`) + `"`
		if prefix {
			q += "*"
		}
		out = append(out, q)
	}
	return out
}

// split cuts a text where letters that need spaces between words meet letters that do not.
func split(text string) (out []string) {
	start, was := 0, false
	for i, r := range text {
		if is := unspaced(r); i > 0 && is != was {
			out, start = append(out, text[start:i]), i
		}
		was = unspaced(r)
	}
	return append(out, text[start:])
}
