package wire

import (
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMessage caps an error's message, in characters.
const maxMessage = 200

// clean makes text fit for one line of a terminal: runs of space become one, control characters, the
// invisible ones that change the direction of text, and broken UTF-8 go, and it is cut to limit
// characters.
func clean(text string, limit int) string {
	text = text[:min(len(text), 64*limit)]
	var b strings.Builder
	n, gap := 0, false
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			gap = n > 0
			continue
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r):
			continue
		}
		need := 1
		if gap {
			need = 2
		}
		if n+need > limit {
			return ellipsis(b.String(), n, limit)
		}
		if gap {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		n, gap = n+need, false
	}
	return b.String()
}

func ellipsis(s string, n, limit int) string {
	if n >= limit {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s + "…"
}

// redact takes what must not be shown out of text: the values of the request's own headers, and what the
// configuration calls a secret.
func (x *exchange) redact(text string) string {
	for _, s := range x.secrets {
		text = strings.ReplaceAll(text, s, "[redacted]")
	}
	if x.Redact != nil {
		text = x.Redact(text)
	}
	return text
}

// raw1K is the beginning of what came, redacted, for a person to look at.
func (x *exchange) raw1K(data []byte) string {
	text := strings.ToValidUTF8(x.redact(string(data[:min(len(data), 4<<10)])), "\uFFFD")
	if len(text) > 1<<10 {
		text = text[:1<<10]
		for !utf8.ValidString(text) {
			text = text[:len(text)-1]
		}
	}
	return text
}

// snippet words an error's body that is not JSON: its label, and what a page says to a reader.
func (x *exchange) snippet(label string, data []byte) string {
	text := string(data)
	if isPage(label, data) {
		text = pageText(text)
	}
	text = x.redact(strings.ToValidUTF8(text, ""))
	if label == "" {
		return clean(text, maxMessage)
	}
	return clean(strings.TrimSuffix(label+": "+text, ": "), maxMessage)
}

func isPage(label string, data []byte) bool {
	return strings.Contains(label, "html") || strings.HasPrefix(strings.TrimSpace(string(data)), "<")
}

// pageText is what a web page says: its title when it has one, else its text without tags.
func pageText(page string) string {
	lower := strings.ToLower(page)
	if len(lower) == len(page) { // folding may move the offsets of exotic letters
		if i := strings.Index(lower, "<title>"); i >= 0 {
			if n := strings.Index(lower[i:], "</title>"); n > 0 {
				return page[i+len("<title>") : i+n]
			}
		}
	}
	var b strings.Builder
	for {
		text, rest, found := strings.Cut(page, "<")
		b.WriteString(text + " ")
		if !found {
			return b.String()
		}
		_, page, _ = strings.Cut(rest, ">")
	}
}

// cause keeps an error for errors.Is and errors.As, and shows it cleaned: what a server sent may be in it.
func (x *exchange) cause(err error) error {
	return shown{clean(x.redact(err.Error()), maxMessage), err}
}

type shown struct {
	text string
	err  error
}

func (s shown) Error() string { return s.text }
func (s shown) Unwrap() error { return s.err }

// requestID is the provider's name for the request.
func requestID(h http.Header) string {
	for _, name := range []string{"X-Request-Id", "Request-Id", "Apim-Request-Id", "Cf-Ray"} {
		if id := h.Get(name); id != "" {
			return clean(id, 80)
		}
	}
	return ""
}
