package guard

import "strings"

// phone is a telephone number: international with +, or in one of the national forms that cannot well be
// anything else: (212) 555-0142 and 212-555-0142 of North America, 0532 123 45 67 of Turkey. Plain runs of
// digits are none. It gives the end, 0 for no number.
func phone(text string, i int) int {
	switch {
	case text[i] == '+':
		return international(text, i)
	case text[i] == '(':
		return pattern(text, i, "(@##) @##-####", "(@##)@##-####", "(0###) ### ## ##", "(###) ### ## ##")
	case text[i] == '0':
		return pattern(text, i, "0 ### ### ## ##", "0### ### ## ##", "0### ### ####", "0(###) ### ## ##", "0 (###) ### ## ##", "05#########")
	}
	if text[i] == '1' {
		return pattern(text, i, "1-@##-@##-####")
	}
	return pattern(text, i, "@##-@##-####", "@##.@##.####")
}

// pattern matches one of the forms, # being a digit and @ one from 2 to 9, as area codes and exchanges of
// North America begin.
func pattern(text string, i int, forms ...string) int {
	for _, form := range forms {
		end := i + len(form)
		if end > len(text) || !ends(text, end) {
			continue
		}
		ok := true
		for k := 0; k < len(form) && ok; k++ {
			c := text[i+k]
			ok = c == form[k] || (form[k] == '#' && decimal.has(c)) || (form[k] == '@' && '2' <= c && c <= '9')
		}
		if ok {
			return end
		}
	}
	return 0
}

// international is + and 8 to 15 digits (E.164), the first not 0, with single separators between groups.
// A sum such as +12345678 in a table of numbers has no group and no 10 digits, and is none.
func international(text string, i int) int {
	if i > 0 && (wordNoDash.has(text[i-1]) || text[i-1] == '+' || text[i-1] == '.') || i+1 >= len(text) || text[i+1] == '0' {
		return 0
	}
	n, groups, end := 0, 0, i+1
	for at := i + 1; at < len(text) && n <= 15; at++ {
		c := text[at]
		if decimal.has(c) {
			if at > end {
				groups++
			}
			n, end = n+1, at+1
			continue
		}
		if n == 0 || at-end > 1 || strings.IndexByte(" -.()", c) < 0 {
			break
		}
	}
	if n > 15 || !ends(text, end) || (groups == 0 && n < 10) || n < 8 {
		return 0
	}
	return end
}
