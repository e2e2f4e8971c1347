package guard

import "strings"

var localPart = letters(digits + small + capital + "._%+-")

// fileEndings are no top-level domains, but follow an @ in file names: logo@2x.png.
var fileEndings = [...]string{"png", "jpg", "jpeg", "gif", "svg", "webp", "js", "ts", "css", "json", "yaml", "yml", "md", "html", "go"}

// email looks to both sides of an @. The local part is ASCII; the domain needs a dot and ends in letters.
func email(text string, at int) (start, end int) {
	start = at
	for start > 0 && start > at-65 && localPart.has(text[start-1]) {
		start--
	}
	for start < at && strings.IndexByte(".%+-", text[start]) >= 0 {
		start++
	}
	if start > 0 && text[start-1] == '\\' && start+1 < at && strings.IndexByte("ntr", text[start]) >= 0 {
		start++ // the line break of a JSON string
	}
	n := at - start
	if n == 0 || n > 64 || text[at-1] == '.' || text[start:at] == "git" {
		return 0, 0
	}
	end = at + 1
	for end < len(text) && end < at+254 && (alnum.has(text[end]) || text[end] == '-' || text[end] == '.') {
		end++
	}
	domain := strings.TrimRight(text[at+1:end], ".-")
	dot := strings.LastIndexByte(domain, '.')
	if dot <= 0 || domain[0] == '-' || domain[0] == '.' || strings.Contains(domain, "..") || !topLevel(domain[dot+1:]) {
		return 0, 0
	}
	return start, at + 1 + len(domain)
}

func topLevel(s string) bool {
	if len(s) < 2 || len(s) > 24 || (strings.ContainsAny(s, digits) && !strings.HasPrefix(s, "xn--")) {
		return false
	}
	for _, ending := range fileEndings {
		if strings.EqualFold(s, ending) {
			return false
		}
	}
	return true
}
