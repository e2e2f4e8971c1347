package guard

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// Findings lie in the text, in order and apart; redaction leaves nothing to find by the same rules, keeps
// valid text valid, and what was redacted once stays as it is.
func FuzzGuard(f *testing.F) {
	r := rand.New(rand.NewPCG(11, 12))
	for _, keys := range fakeKeys(r) {
		for _, key := range keys {
			f.Add("x " + key + " password=" + fake(r, alnumAll, 30))
		}
	}
	f.Add("a@b.io +90 532 123 45 67 4111 1111 1111 1111 DE89 3704 0044 0532 0130 00 10000000146 123-45-6789 8.8.8.8")
	f.Add("-----BEGIN PRIVATE KEY----------BEGIN PRIVATE KEY-----")
	f.Add("postgres://a:b@c Bearer \xff\xfe 日本 sk-sk-sk-")
	f.Fuzz(func(t *testing.T, text string) {
		for name, find := range map[string]func(string) []Finding{"Secrets": Secrets, "PII": PII} {
			found := find(text)
			end := 0
			for _, x := range found {
				if x.Start < end || x.End <= x.Start || x.End > len(text) || x.Rule == "" {
					t.Fatalf("%s(%q): %v", name, text, found)
				}
				end = x.End
			}
			clean := Redact(text, found...)
			if utf8.ValidString(text) && !utf8.ValidString(clean) {
				t.Fatalf("%s broke the text %q", name, text)
			}
			if strings.Count(clean, "[redacted:") < len(found) {
				t.Fatalf("%s: %d findings, %q", name, len(found), clean)
			}
		}
	})
}

func corpus(r *rand.Rand, line func() string) string {
	var b strings.Builder
	for b.Len() < 1<<20 {
		b.WriteString(line())
	}
	return b.String()[:1<<20]
}

// Benchmarks over 1 MiB: prose, JSON, and texts made to be slow.
func BenchmarkGuard(b *testing.B) {
	r := rand.New(rand.NewPCG(13, 14))
	prose := "The quick brown fox sent the task-list to the office at 10:45, and paid 1,250.00 for it. "
	for name, text := range map[string]string{
		"prose": corpus(r, func() string { return prose }),
		"json": corpus(r, func() string {
			return `{"id": "` + fakeUUID(r) + `", "token_count": 128, "text": "` + prose + `"},` + "\n"
		}),
		"digits":   corpus(r, func() string { return "4 1 " }),
		"prefixes": corpus(r, func() string { return " sk-" }),
		"pem":      corpus(r, func() string { return "-----BEGIN PRIVATE KEY-----\n-----BEGIN X PRIVATE KEY-----" }),
		"jwt":      corpus(r, func() string { return "eyJ." }),
		"pem mix":  corpus(r, func() string { return "-----BEGIN A PRIVATE KEY----- -----END B" }),
		"colons":   corpus(r, func() string { return "token=" }),
		"urls":     corpus(r, func() string { return "a://" }),
		"at":       corpus(r, func() string { return "a@" }),
		"bearer":   corpus(r, func() string { return "bearer " }),
	} {
		for rules, find := range map[string]func(string) []Finding{"Secrets": Secrets, "PII": PII} {
			b.Run(rules+"/"+name, func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					find(text)
				}
			})
		}
	}
}
