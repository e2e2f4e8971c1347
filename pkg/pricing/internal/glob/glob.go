// Package glob matches a model's name against the patterns of the price catalog. It is stricter than a
// prefix test, because a price must not spread to a model that did not exist when it was written: the
// pattern "claude-sonnet-5*" matches claude-sonnet-5-20270101 and never claude-sonnet-5-5.
package glob

import "strings"

// Pattern is a compiled pattern.
type Pattern struct {
	literal             string
	head, tail, anyTail bool
}

// Compile reads a pattern in lower case. In it,
//
//   - # is one digit
//   - * at the start is a region or a vendor: nothing, or anything that ends in '.', '/' or ':'
//   - * at the end is a Snapshot tail: a date, a revision, "-latest", "-preview"
//   - ** at the end is anything at all
func Compile(pattern string) Pattern {
	p := Pattern{anyTail: strings.HasSuffix(pattern, "**"), tail: strings.HasSuffix(pattern, "*")}
	p.literal = strings.TrimRight(pattern, "*")
	p.head = strings.HasPrefix(p.literal, "*")
	p.literal = strings.TrimPrefix(p.literal, "*")
	return p
}

// Match tells whether a name in lower case fits.
func (p Pattern) Match(name string) bool {
	if p.fits(name) {
		return true
	}
	if p.head {
		for i := 1; i+len(p.literal) <= len(name); i++ {
			if c := name[i-1]; (c == '.' || c == '/' || c == ':') && p.fits(name[i:]) {
				return true
			}
		}
	}
	return false
}

func (p Pattern) fits(s string) bool {
	if !literal(p.literal, s) {
		return false
	}
	rest := s[len(p.literal):]
	return rest == "" || p.anyTail || (p.tail && Snapshot(rest))
}

// literal tells whether s starts with pattern, # standing for a digit.
func literal(pattern, s string) bool {
	if len(s) < len(pattern) {
		return false
	}
	for i := range len(pattern) {
		if pattern[i] != s[i] && (pattern[i] != '#' || !digit(s[i])) {
			return false
		}
	}
	return true
}

// Snapshot tells whether tail, which follows a model's name, names a version of that same model:
// "-20250929", "-2024-08-06", "@20250929", "-0613", "-001", "-v1:0", "-latest", "-preview-05-20". A
// single number such as "-5" is the next model, and no snapshot.
func Snapshot(tail string) bool {
	before := ""
	for tail != "" {
		sep := tail[0]
		if sep != '-' && sep != '@' && sep != ':' {
			return false
		}
		word := tail[1:]
		if end := strings.IndexAny(word, "-@:"); end >= 0 {
			word = word[:end]
		}
		if !versionWord(sep, before, word) {
			return false
		}
		before, tail = word, tail[1+len(word):]
	}
	return true
}

func versionWord(sep byte, before, word string) bool {
	switch word {
	case "":
		return false
	case "latest", "preview", "exp", "experimental", "beta", "default":
		return true
	}
	number := strings.TrimPrefix(word, "v")
	for i := range len(number) {
		if !digit(number[i]) {
			return false
		}
	}
	switch n := len(number); {
	case n == 0 || n > 8:
		return false
	case number != word, n >= 3, sep == ':':
		return true
	default: // the month and day of a date
		return n == 2 && (before == "preview" || before == "exp" || (before != "" && digit(before[0])))
	}
}

func digit(c byte) bool { return '0' <= c && c <= '9' }
