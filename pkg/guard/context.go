package guard

import "strings"

// The ranks of rules that lean on what stands around a secret; the shapes come before them.
const (
	rankPEM = len(shapes) + iota
	rankBearer
	rankAssigned
	rankURL
)

// pemKeys finds private keys in PEM, from BEGIN to END; of one that is cut off, its first
// line and what there is of its body.
func pemKeys(text string, found []candidate) []candidate {
	const begin, end, dashes = "-----BEGIN ", "-----END ", "-----"
	next := 0 // the first END at or after the last BEGIN, looked for once
	for at := 0; ; {
		i := strings.Index(text[at:], begin)
		if i < 0 {
			return found
		}
		start := at + i
		at = start + len(begin)
		label := text[at : at+pemLabel.run(text[at:], 40)]
		at += len(label)
		if !strings.HasSuffix(strings.TrimSuffix(label, " BLOCK"), "PRIVATE KEY") || !strings.HasPrefix(text[at:], dashes) {
			continue
		}
		at += len(dashes)
		if next < at {
			next = len(text)
			if j := strings.Index(text[at:], end); j >= 0 {
				next = at + j
			}
		}
		stop := at + pemBody.run(text[at:], open)
		if strings.HasPrefix(text[next:], end+label+dashes) {
			stop = next + len(end) + len(label) + len(dashes)
		}
		found = append(found, candidate{Finding{"private-key", start, stop}, rankPEM})
		at = stop
	}
}

// authorized finds the credentials of "Authorization: Bearer …".
func authorized(text string, found []candidate) []candidate {
	for at := 0; ; {
		i := indexFold(text[at:], "earer ")
		if i < 0 {
			return found
		}
		at += i + len("earer ")
		if before := at - len("Bearer "); before < 0 || text[before]|0x20 != 'b' {
			continue
		}
		n := value(text[at:])
		if n >= 20 && random(text[at:at+n]) {
			found = append(found, candidate{Finding{"bearer-token", at, at + n}, rankBearer})
		}
		at += n
	}
}

// indexFold finds lower, which starts with a letter that is rarely a capital, in any case of letters.
func indexFold(text, lower string) int {
	for at := 0; at+len(lower) <= len(text); {
		i := strings.IndexByte(text[at:], ' ')
		if i < 0 {
			return -1
		}
		at += i + 1
		if start := at - len(lower); start >= 0 && strings.EqualFold(text[start:at], lower) {
			return start
		}
	}
	return -1
}

// keyNames end the names of settings that hold secrets.
var keyNames = [...]string{
	"api_key", "api-key", "apikey", "secret", "secret_key", "secretkey", "access_key", "accesskey",
	"auth_token", "access_token", "token", "password", "passwd", "private_key", "client_secret", "account_key", "accountkey",
}

// assigned finds values that are given to a name such as OPENAI_API_KEY: «NAME=value», «"name": "value"».
func assigned(text string, found []candidate) []candidate {
	for at := 0; ; at++ {
		i := strings.IndexAny(text[at:], "=:")
		if i < 0 {
			return found
		}
		at += i
		if !namesSecret(text, at) {
			continue
		}
		start := at + 1
		for start < len(text) && start < at+6 && strings.IndexByte(" \"'\\", text[start]) >= 0 {
			start++
		}
		n := value(text[start:])
		if n >= 16 && (random(text[start:start+n]) || awsSecret(text[:at], n)) {
			found = append(found, candidate{Finding{"assigned-secret", start, start + n}, rankAssigned})
		}
	}
}

// namesSecret tells whether the name that ends before at, quotes and spaces aside, is one for a secret.
func namesSecret(text string, at int) bool {
	end := at
	for end > 0 && end > at-4 && strings.IndexByte(" \"'\\", text[end-1]) >= 0 {
		end--
	}
	start := end
	for start > 0 && start > end-24 && word.has(text[start-1]) {
		start--
	}
	for _, name := range keyNames {
		if from := end - len(name); from >= start && strings.EqualFold(text[from:end], name) {
			return true
		}
	}
	return false
}

// random tells a generated value from words: letters and digits, of many kinds, and digits not just at
// its end as in a name with a number.
func random(text string) bool {
	if !varied(text) || mixed("", 0, text) == 0 {
		return false
	}
	changes := 0
	for i := 1; i < len(text); i++ {
		if decimal.has(text[i]) != decimal.has(text[i-1]) {
			changes++
		}
	}
	return changes >= 4 && longestWord(text) >= 16
}

// longestWord is what is longest between separators: that of a path, an id in groups or a name is short.
func longestWord(text string) int {
	longest, n := 0, 0
	for i := range len(text) {
		n++
		if strings.IndexByte("-_.~/:", text[i]) >= 0 {
			n = 0
		}
		longest = max(longest, n)
	}
	return longest
}

// awsSecret: AWS's secret keys are 40 characters of base64, slashes among them, and always named so.
func awsSecret(before string, n int) bool {
	return n == 40 && strings.HasSuffix(strings.ToLower(strings.TrimRight(before[max(0, len(before)-32):], " \"'")), "secret_access_key")
}

// urlPasswords finds the password of «scheme://user:password@host».
func urlPasswords(text string, found []candidate) []candidate {
	for at := 0; ; {
		i := strings.Index(text[at:], "://")
		if i < 0 {
			return found
		}
		at += i + len("://")
		end := at
		for end < len(text) && end < at+256 && strings.IndexByte(" \t\r\n\"'`<>/@?#\\", text[end]) < 0 {
			end++
		}
		if end >= len(text) || text[end] != '@' {
			continue
		}
		colon := strings.IndexByte(text[at:end], ':')
		if colon < 0 {
			continue
		}
		if start := at + colon + 1; password(text[start:end]) {
			found = append(found, candidate{Finding{"url-password", start, end}, rankURL})
		}
	}
}

// password tells a password from its placeholder: ***, $VAR, {var}, [redacted:…].
func password(s string) bool {
	switch strings.ToLower(s) {
	case "", "password", "pass", "secret", "changeme", "xxx":
		return false
	}
	return strings.Trim(s, "*x.") != "" && !strings.ContainsAny(s, "${}[]%<>")
}
