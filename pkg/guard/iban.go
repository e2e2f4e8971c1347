package guard

import "strings"

// ibanLengths is the length of an account number by country, after the SWIFT registry (ISO 13616).
const ibanLengths = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BR29BY28CH21CR22CY28CZ24DE22DK18DO28EE20EG29ES24FI18FO18FR27" +
	"GB22GE22GI23GL18GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21MC27MD24ME22MK19" +
	"MR27MT31MU30NL18NO15PK24PL28PS29PT25QA29RO24RS22SA24SC31SE24SI19SK24SM27ST25SV28TL23TN24TR26UA29VA22VG24XK20"

// iban is an account number with its check digits (ISO 7064, mod 97-10), in one run or in groups with
// single spaces.
func iban(text string, i int) int {
	length := ibanLength(text[i:])
	if length == 0 {
		return 0
	}
	compact := make([]byte, 0, 34)
	at := i
	for at < len(text) && len(compact) < length {
		switch c := text[at]; {
		case upper.has(c):
			compact = append(compact, c)
		case c == ' ' && at+1 < len(text) && upper.has(text[at+1]):
		default:
			return 0
		}
		at++
	}
	if len(compact) < length || !ends(text, at) || mod97(compact) != 1 {
		return 0
	}
	return at
}

// ibanLength is 0 for what starts as no account number does.
func ibanLength(s string) int {
	if len(s) < 15 || !upper.has(s[1]) || decimal.has(s[1]) || !decimal.has(s[2]) || !decimal.has(s[3]) {
		return 0
	}
	for k := 0; k < len(ibanLengths); k += 4 {
		if strings.HasPrefix(s, ibanLengths[k:k+2]) {
			return int(ibanLengths[k+2]-'0')*10 + int(ibanLengths[k+3]-'0')
		}
	}
	return 0
}

// mod97 puts the first four characters last and reads letters as 10 to 35.
func mod97(compact []byte) int {
	rest := 0
	for k := range compact {
		c := compact[(k+4)%len(compact)]
		if decimal.has(c) {
			rest = (rest*10 + int(c-'0')) % 97
		} else {
			rest = (rest*100 + int(c-'A') + 10) % 97
		}
	}
	return rest
}
