package guard

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPII(t *testing.T) {
	for name, tt := range map[string]struct{ rule, text, want string }{
		"email":                     {"email", "Write to Jane.Doe+x@mail.example.co.uk, please.", "Jane.Doe+x@mail.example.co.uk"},
		"email in JSON":             {"email", `{"to":"a@b.io"}`, "a@b.io"},
		"email at a sentence's end": {"email", "It is a_b%c@ex-ample.com.", "a_b%c@ex-ample.com"},
		"email among CJK":           {"email", "邮箱test@example.com。", "test@example.com"},
		"punycode":                  {"email", "a@example.xn--p1ai", "a@example.xn--p1ai"},
		"phone, international":      {"phone", "Call +90 532 123 45 67 now", "+90 532 123 45 67"},
		"phone, E.164":              {"phone", "tel:+14155550142", "+14155550142"},
		"phone, brackets":           {"phone", "ring +44 (20) 7946 0958.", "+44 (20) 7946 0958"},
		"phone, US":                 {"phone", "at (212) 555-0142, ext", "(212) 555-0142"},
		"phone, US dashes":          {"phone", "at 212-555-0142", "212-555-0142"},
		"phone, Turkey":             {"phone", "Numaram 0532 123 45 67'dir", "0532 123 45 67"},
		"phone, Turkey in one":      {"phone", "gsm 05321234567", "05321234567"},
		"iban, Germany":             {"iban", "IBAN: DE89370400440532013000.", "DE89370400440532013000"},
		"iban, groups":              {"iban", "GB29 NWBK 6016 1331 9268 19 ok", "GB29 NWBK 6016 1331 9268 19"},
		"iban, Turkey":              {"iban", "TR33 0006 1005 1978 6457 8413 26", "TR33 0006 1005 1978 6457 8413 26"},
		"iban, Malta":               {"iban", "MT84MALT011000012345MTLCAST001S", "MT84MALT011000012345MTLCAST001S"},
		"card, Visa":                {"card", "card 4111 1111 1111 1111 exp", "4111 1111 1111 1111"},
		"card, Mastercard":          {"card", "5555-5555-5555-4444", "5555-5555-5555-4444"},
		"card, Amex":                {"card", "x=378282246310005;", "378282246310005"},
		"card, then its code":       {"card", "4111 1111 1111 1111 123", "4111 1111 1111 1111"},
		"card, Amex in groups":      {"card", "3782 822463 10005", "3782 822463 10005"},
		"card, Troy":                {"card", "9792 0300 0000 0000", "9792 0300 0000 0000"},
		"kimlik":                    {"tc-kimlik", "T.C. kimlik no: 10000000146", "10000000146"},
		"kimlik in a sentence":      {"tc-kimlik", "(11111111110)", "11111111110"},
		"ssn":                       {"us-ssn", "SSN 123-45-6789.", "123-45-6789"},
		"address":                   {"ip-address", "from 85.105.4.4:53", "85.105.4.4"},
		"address in a URL":          {"ip-address", "http://93.184.216.34/x", "93.184.216.34"},
		"escaped line":              {"email", `one\na@b.io`, "a@b.io"},
	} {
		t.Run(name, func(t *testing.T) {
			at := strings.Index(tt.text, tt.want)
			if diff := cmp.Diff([]Finding{{tt.rule, at, at + len(tt.want)}}, PII(tt.text)); diff != "" {
				t.Errorf("%q (-want +got):\n%s", tt.text, diff)
			}
			if !slices.Contains(PIIRules(), tt.rule) {
				t.Errorf("%s is not listed", tt.rule)
			}
		})
	}
}

func TestPIILookalikes(t *testing.T) {
	for name, text := range map[string]string{
		"image":              "logo@2x.png and icon@3x.svg",
		"package":            "left-pad@1.3.0 @scope/pkg@2.0.0-rc.1",
		"git":                "git@github.com:x/y.git",
		"decorator":          "@dataclass\n@app.route",
		"no dot":             "root@localhost a@b",
		"dots":               "a@.com a@b..com .@x",
		"unix time":          "1700000000 1700000000000 1700000000000000",
		"version":            "Chrome/120.0.6099.71 v1.2.3.4 1.2.3.4.5",
		"private addresses":  "10.0.0.1 127.0.0.1 192.168.1.1 172.20.0.3 0.0.0.0 255.255.255.0 169.254.1.1 203.0.113.9",
		"not an address":     "1.2.3 256.1.1.1 01.2.3.4 1.2.3.4567",
		"section":            "RFC 9110, 6.1.2.2 and 12.5.1.1",
		"a table of numbers": "23 22 21 20 19 18 17 16 and 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
		"luhn fails":         "4111 1111 1111 1112",
		"no network":         "1234 5678 9012 3452 0000000000000000",
		"digits go on":       "41111111111111110000000 4111111111111111a",
		"decimal":            "0.4111111111111111 3.141592653589793 4111111111111111.5",
		"kimlik fails":       "10000000147 01000000014 100000001460 12345678901",
		"iban fails":         "DE89370400440532013001 DE89 ABCD XX12345678901234567890 GB29nwbk",
		"ssn never given":    "000-12-3456 666-12-3456 912-34-5678 123-00-4567 123-45-0000 1123-45-6789 123-45-67890",
		"date and time":      "2026-11-21 04:30:00 2026-11-21T04:30:00+00:00 21.11.2026",
		"diff":               "+12345678 lines, +1 -1 @@ -1,7 +1,7 @@",
		"sum":                "1+1234567890123 a+12345678901 + 90",
		"isbn":               "978-3-16-148410-0",
		"order":              "order #4111111111111111, $4111111111111111",
		"hash":               "deadbeef4111111111111111",
		"uuid":               "123e4567-e89b-12d3-a456-426614174000",
		"large number":       "1,234,567,890 12,345,678,901",
		"range":              "pages 100-200-3000 and 1-2-3",
		"float list":         "[0.123, 4.5, 6.789, 8.9]",
		"emoji and CJK":      "価格は１２３４円です 🎉",
		"empty":              "",
	} {
		if got := PII(text); len(got) != 0 {
			t.Errorf("%s: %v in %q", name, got, text)
		}
	}
}

// One digit changed breaks every checksum.
func TestChecksumsCatchEveryDigit(t *testing.T) {
	for _, number := range []string{"4111111111111111", "10000000146", "DE89370400440532013000"} {
		for i := range number {
			if number[i] < '0' || number[i] > '9' {
				continue
			}
			wrong := number[:i] + string('0'+(number[i]-'0'+1)%10) + number[i+1:]
			for _, f := range PII(wrong) {
				if f.Rule != "phone" {
					t.Errorf("%s, wrong at %d, is a %s", number, i, f.Rule)
				}
			}
		}
	}
}

func TestSeveral(t *testing.T) {
	text := "a@b.io paid DE89370400440532013000 by 4111111111111111, +905321234567"
	if got, want := Redact(text, PII(text)...), "[redacted:email] paid [redacted:iban] by [redacted:card], [redacted:phone]"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
