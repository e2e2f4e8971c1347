package ledger

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Words are compared as SQLite's unicode61 tokenizer cuts and folds them, without regard to case and
// accents, after two changes of our own.
//
// Chinese, Japanese and Korean put no space between words, so a run of their letters becomes pairs: 東京都
// is indexed as 東京, 京都 and the last letter 都 by itself, which is what a search for one letter needs.
//
// The four letters i of Turkish count as one: İ, I, ı and i. Whoever types ISTANBUL, İstanbul or istanbul
// means the same, and a search that finds "sinir" beside "sınır" loses less than one that misses either.

// indexed makes the text that goes into the index.
func indexed(text string) string { return pairs(foldI(text), true) }

func foldI(text string) string {
	text = norm.NFKC.String(text)
	if !strings.ContainsAny(text, "Iİı\u0307") {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	dotted := false
	for _, r := range text {
		switch r {
		case 'I', 'İ', 'ı':
			r = 'i'
		case '\u0307': // what lower-casing İ by the default rules leaves behind its i
			if dotted {
				continue
			}
		}
		dotted = r == 'i'
		b.WriteRune(r)
	}
	return b.String()
}

func unspaced(r rune) bool {
	return r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || r == 'ー'
}

// pairs cuts runs of unspaced letters. Of a run of several, last says whether its last letter follows alone.
func pairs(text string, last bool) string {
	if strings.IndexFunc(text, unspaced) < 0 {
		return text
	}
	var b strings.Builder
	var run []rune
	flush := func() {
		for i := 0; i+1 < len(run); i++ {
			b.WriteString(" " + string(run[i:i+2]))
		}
		if n := len(run); n == 1 || n > 1 && last {
			b.WriteString(" " + string(run[n-1:]))
		}
		if len(run) > 0 {
			b.WriteByte(' ')
		}
		run = run[:0]
	}
	for _, r := range text {
		if unspaced(r) {
			run = append(run, r)
			continue
		}
		flush()
		b.WriteRune(r)
	}
	flush()
	return b.String()
}
