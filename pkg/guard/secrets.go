package guard

import "strings"

// Secrets lists the secrets in a text, in order and without overlap: keys of model providers and of the
// services around them, private keys, and values that the text itself calls a key, a token or a password.
// Placeholders ("sk-xxxx…", "AKIA…EXAMPLE") are none.
func Secrets(text string) []Finding {
	var found []candidate
	for i := range shapes {
		found = shapes[i].scan(text, i, found)
	}
	found = pemKeys(text, found)
	found = authorized(text, found)
	found = assigned(text, found)
	found = urlPasswords(text, found)
	return settle(found)
}

// SecretRules names the rules of Secrets.
func SecretRules() []string {
	var out []string
	seen := map[string]bool{}
	for _, s := range shapes {
		if !seen[s.rule] {
			out, seen[s.rule] = append(out, s.rule), true
		}
	}
	return append(out, "private-key", "bearer-token", "assigned-secret", "url-password")
}

// shape is a rule for keys that start with a fixed prefix.
type shape struct {
	rule   string
	prefix string
	body   alphabet
	// min and max are the bytes after the prefix. A run of the alphabet that is longer than max is
	// something else, except where max is open.
	min, max int
	// ok judges the body further, and may shorten it: it gives the length to take, 0 for none.
	ok func(text string, start int, body string) int
}

// open is a max that is none.
const open = 1 << 30

// shapes, most specific first: that is how overlaps are settled. The list is searched with one substring
// search for each prefix, which is faster than one regular expression for all.
var shapes = [...]shape{
	{"anthropic-key", "sk-ant-", word, 80, 200, nil},
	{"openrouter-key", "sk-or-v1-", hex, 64, 64, nil},
	{"langfuse-key", "sk-lf-", hexDash, 36, 36, uuid},
	{"langfuse-key", "pk-lf-", hexDash, 36, 36, uuid},
	{"openai-key", "sk-proj-", word, 40, 300, nil},
	{"openai-key", "sk-svcacct-", word, 40, 300, nil},
	{"openai-key", "sk-admin-", word, 40, 300, nil},
	{"openai-key", "sk-", alnum, 48, 48, openAI},
	{"google-key", "AIza", word, 35, 35, nil},
	{"groq-key", "gsk_", alnum, 52, 52, nil},
	{"xai-key", "xai-", wordNoDash, 80, 80, nil},
	{"perplexity-key", "pplx-", alnum, 48, 48, nil},
	{"huggingface-key", "hf_", alnum, 34, 34, bothCases},
	{"langsmith-key", "lsv2_pt_", hexUnder, 43, 43, twoParts},
	{"langsmith-key", "lsv2_sk_", hexUnder, 43, 43, twoParts},
	{"replicate-key", "r8_", alnum, 37, 37, nil},
	{"github-token", "ghp_", alnum, 36, 36, nil},
	{"github-token", "gho_", alnum, 36, 36, nil},
	{"github-token", "ghu_", alnum, 36, 36, nil},
	{"github-token", "ghs_", alnum, 36, 36, nil},
	{"github-token", "ghr_", alnum, 36, 36, nil},
	{"github-token", "github_pat_", wordNoDash, 82, 82, nil},
	{"gitlab-token", "glpat-", word, 20, 64, nil},
	{"aws-key", "AKIA", upper, 16, 16, noExample},
	{"aws-key", "ASIA", upper, 16, 16, noExample},
	{"slack-token", "xoxb-", word, 20, 120, hasDigit},
	{"slack-token", "xoxp-", word, 20, 120, hasDigit},
	{"slack-token", "xapp-", word, 20, 160, hasDigit},
	{"stripe-key", "sk_live_", alnum, 24, 120, nil},
	{"stripe-key", "rk_live_", alnum, 24, 120, nil},
	{"npm-token", "npm_", alnum, 36, 36, bothCases},
	{"sendgrid-key", "SG.", dotted, 66, 67, sendGrid},
	{"age-key", "AGE-SECRET-KEY-1", upper, 58, 58, nil},
	{"jwt", "eyJ", dotted, 40, open, jwt},
	{"deepseek-key", "sk-", lowerAlnum, 32, 32, deepSeek},
	{"api-key", "sk-", alnum, 32, 64, mixed},
}

func (s *shape) scan(text string, rank int, found []candidate) []candidate {
	for at := 0; ; {
		i := strings.Index(text[at:], s.prefix)
		if i < 0 {
			return found
		}
		start := at + i
		at = start + len(s.prefix)
		if !bounded(text, start) {
			continue
		}
		run := s.body.run(text[at:], s.max+1)
		n := s.take(text, start, run)
		if n > 0 {
			found = append(found, candidate{Finding{s.rule, start, at + n}, rank})
		}
		if n > 0 || s.max == open {
			at += run // a run without bound is read once
		}
	}
}

// take gives how many bytes of a run after the prefix belong to a key, 0 for none.
func (s *shape) take(text string, start, run int) int {
	if run < s.min || run > s.max {
		return 0
	}
	from := start + len(s.prefix)
	if s.ok != nil {
		run = s.ok(text, start, text[from:from+run])
	}
	if !varied(text[from : from+run]) {
		return 0
	}
	return run
}

// bounded tells whether a key can start here: not inside a word. The last letter of an escape, as in
// "\nsk-…" within JSON and "%20sk-…" within an address, is no word.
func bounded(text string, at int) bool {
	if at == 0 || !wordNoDash.has(text[at-1]) {
		return at == 0 || text[at-1] != '-' || at == 1 || !wordNoDash.has(text[at-2])
	}
	if at >= 2 && text[at-2] == '\\' {
		return strings.IndexByte("ntrbf", text[at-1]) >= 0
	}
	return at >= 3 && text[at-3] == '%' && hex.has(text[at-2]|0x20) && hex.has(text[at-1]|0x20)
}

// varied tells a key from a placeholder: keys are random, and have eight different characters at least.
func varied(body string) bool {
	var seen [256]bool
	different := 0
	for i := range len(body) {
		if !seen[body[i]] {
			seen[body[i]] = true
			different++
		}
	}
	return different >= 8
}
