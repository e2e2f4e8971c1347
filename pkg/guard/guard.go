// Package guard finds what should not travel in a text: keys of providers and other secrets, and what
// identifies a person. It knows shapes and checksums only, so it finds what looks like a key, not every
// key; pass the keys that the program itself holds to NewRedactor, which removes those whatever their
// shape.
//
// Secrets and PII list findings, Redact replaces them:
//
//	text = guard.RedactSecrets(text)
//	text = guard.Redact(text, guard.PII(text)...)
//
// All functions take time linear in the text, need no set-up, and are safe for concurrent use.
package guard

import (
	"cmp"
	"slices"
	"strings"
)

// Finding is a place in a text. The text itself is not in it, so that it can be logged.
type Finding struct {
	Rule  string `json:"rule"`  // "openai-key", "email"
	Start int    `json:"start"` // in bytes
	End   int    `json:"end"`   // in bytes, exclusive
}

// Redact replaces each finding by "[redacted:RULE]". Findings may come in any order; of two that overlap,
// both texts are removed under the name of the first. What lies outside the text is ignored.
func Redact(text string, findings ...Finding) string {
	sorted := slices.Clone(findings)
	slices.SortStableFunc(sorted, func(a, b Finding) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End)) })
	var b strings.Builder
	done := 0
	for _, f := range sorted {
		start, end := max(f.Start, done), min(f.End, len(text))
		if start >= end {
			continue
		}
		b.WriteString(text[done:start])
		if start == f.Start || done == 0 {
			b.WriteString("[redacted:" + f.Rule + "]")
		}
		done = end
	}
	if done == 0 {
		return text
	}
	b.WriteString(text[done:])
	return b.String()
}

// RedactSecrets replaces every secret that Secrets finds.
func RedactSecrets(text string) string { return Redact(text, Secrets(text)...) }

// candidate is a finding that may lose to another one at the same place.
type candidate struct {
	Finding
	rank int // the lower wins
}

// settle makes one finding of candidates that overlap: under the name of the one of the lower rank, then of the longer
// one, and over the text of all of them, so that nothing of what one of them found stays.
func settle(found []candidate) []Finding {
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(a.Start, b.Start) })
	var kept []candidate
	for _, c := range found {
		if n := len(kept); n > 0 && c.Start < kept[n-1].End {
			last := kept[n-1]
			if cmp.Or(cmp.Compare(c.rank, last.rank), cmp.Compare(last.End-last.Start, c.End-c.Start)) < 0 {
				kept[n-1] = c
			}
			kept[n-1].Start, kept[n-1].End = last.Start, max(last.End, c.End)
			continue
		}
		kept = append(kept, c)
	}
	if kept == nil {
		return nil
	}
	out := make([]Finding, len(kept))
	for i, c := range kept {
		out[i] = c.Finding
	}
	return out
}
