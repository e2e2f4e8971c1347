package guard

// PII lists what identifies a person, in order and without overlap: e-mail addresses, phone numbers, bank
// accounts (IBAN), payment cards, Turkish identity numbers (T.C. kimlik no), US social security numbers
// and public IPv4 addresses. What has a checksum is checked, so that an order number is rarely a card.
func PII(text string) []Finding {
	var found []candidate
	add := func(rule string, rank, start, end int) {
		if end > start {
			found = append(found, candidate{Finding{rule, start, end}, rank})
		}
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '@':
			start, end := email(text, i)
			add("email", rankEmail, start, end)
		case c == '+', c == '(':
			add("phone", rankPhone, i, phone(text, i))
		case 'A' <= c && c <= 'Z' && starts(text, i):
			add("iban", rankIBAN, i, iban(text, i))
		case decimal.has(c) && starts(text, i):
			add("card", rankCard, i, card(text, i))
			add("tc-kimlik", rankKimlik, i, kimlik(text, i))
			add("us-ssn", rankSSN, i, ssn(text, i))
			add("ip-address", rankIP, i, ipv4(text, i))
			add("phone", rankPhone, i, phone(text, i))
		}
	}
	return settle(found)
}

// PIIRules names the rules of PII.
func PIIRules() []string {
	return []string{"email", "iban", "card", "tc-kimlik", "us-ssn", "phone", "ip-address"}
}

// The ranks settle overlaps: a checksum is the better evidence.
const (
	rankIBAN = iota
	rankCard
	rankKimlik
	rankEmail
	rankSSN
	rankIP
	rankPhone
)

// starts tells whether a number or a word can begin at i: not within one, and not after "1." or "1-".
func starts(text string, i int) bool {
	if i == 0 {
		return true
	}
	c := text[i-1]
	if wordNoDash.has(c) || c == '#' || c == '$' {
		return i >= 2 && text[i-2] == '\\' && (c == 'n' || c == 't' || c == 'r')
	}
	return c != '.' && c != '-' && c != ',' || i < 2 || !wordNoDash.has(text[i-2])
}

// ends tells whether a number that ends before i is whole: no more digits or letters follow.
func ends(text string, i int) bool {
	if i == len(text) {
		return true
	}
	if wordNoDash.has(text[i]) {
		return false
	}
	glued := text[i] == '.' || text[i] == '-' || text[i] == ','
	return !glued || i+1 == len(text) || !decimal.has(text[i+1])
}

// group is a number whose digits may stand apart.
type group struct {
	digit [20]byte
	after [20]int // the place after each digit
	n     int
}

// grouped collects up to 20 digits from i on, single spaces or dashes between them allowed.
func grouped(text string, i int) (g group) {
	for ; i < len(text) && g.n < len(g.digit); i++ {
		switch c := text[i]; {
		case decimal.has(c):
			g.digit[g.n], g.after[g.n] = c-'0', i+1
			g.n++
		case (c == ' ' || c == '-') && i+1 < len(text) && decimal.has(text[i+1]) && g.n > 0:
		default:
			return g
		}
	}
	return g
}
