package metric

import (
	"strings"
	"testing"
)

func TestFinalNumber(t *testing.T) {
	long := strings.Repeat("18", 1000)
	tests := []struct{ name, text, want string }{
		{"whole", "18", "18"},
		{"none", "no number here", ""},
		{"empty", "", ""},
		{"last of several", "2 + 2 = 4", "4"},
		{"thousands", "1,234", "1234"},
		{"millions", "1,450,000 people", "1450000"},
		{"Indian groups", "1,00,000", "100000"},
		{"a list is no group", "1,2,3", "3"},
		{"a list of hundreds with spaces", "100, 200", "200"},
		{"four digits behind a comma", "1,2345", "2345"},
		{"thin space", "1\u2009234", "1234"},
		{"narrow no-break space", "12\u202f345\u202f678", "12345678"},
		{"no-break space", "1\u00a0234", "1234"},
		{"plain space separates", "1 234", "234"},
		{"apostrophes", "1'234'567", "1234567"},
		{"mixed marks", "1,234\u2009567", "567"},
		{"currency", "$5", "5"},
		{"currency with groups and cents", "$1,234.50.", "2469/2"},
		{"trailing zero", "3.0", "3"},
		{"end of a sentence", "It is 342.", "342"},
		{"no whole part", ".5", "1/2"},
		{"exponent", "1.5e3", "1500"},
		{"exponent with sign", "2E-2", "1/50"},
		{"e without digits", "3 eggs, 5e", "5"},
		{"huge exponent", "1e999999999", ""},
		{"huge exponent of many digits", "1e" + long, ""},
		{"huge number", long, ""},
		{"minus", "-2", "-2"},
		{"typographic minus", "−2", "-2"},
		{"minus before currency", "-$5", "-5"},
		{"minus after currency", "$-5", "-5"},
		{"minus before another currency", "-€5", "-5"},
		{"plus", "+5", "5"},
		{"difference", "16-3", "3"},
		{"difference with spaces", "16 - 3", "3"},
		{"hyphen of a word", "route-66", "66"},
		{"range of a bracket", "(a)-5", "5"},
		{"minus after an equals sign", "x=-7", "-7"},
		{"percent", "50%", "50"},
		{"fraction", "3/2", "3/2"},
		{"fraction of zero", "1/0", ""},
		{"date", "12/25/2024", "2024"},
		{"unit", "70 km/h", "70"},
		{"boxed", `\boxed{33}`, "33"},
		{"not UTF-8", "\xff7\xff", "7"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if r := FinalNumber(tt.text, '.'); r != nil {
				got = r.RatString()
			}
			if got != tt.want {
				t.Errorf("FinalNumber(%.40q) = %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func TestFinalNumberWithDecimalComma(t *testing.T) {
	for text, want := range map[string]string{"1.234,5": "2469/2", "3,0": "3", "Toplam: 1.234 TL": "1234", ",5": "1/2", "2,50.": "5/2"} {
		if got := FinalNumber(text, ','); got == nil || got.RatString() != want {
			t.Errorf("FinalNumber(%q, ',') = %v, want %s", text, got, want)
		}
	}
}

func FuzzFinalNumber(f *testing.F) {
	for _, s := range []string{"A: $1,234.50", "−3/4e5", "1\u202f000,5", ".", "-", "1e", "1/2/3", "1,00,0", "\xff1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, decimal := range ".," {
			r := FinalNumber(s, decimal)
			if r == nil {
				continue
			}
			if !strings.ContainsAny(s, "0123456789") {
				t.Errorf("%q has no digit and gives %s", s, r.RatString())
			}
			// Written plainly, a number is read as itself.
			if r.IsInt() {
				if again := FinalNumber(r.Num().String(), decimal); again != nil && again.Cmp(r) != 0 {
					t.Errorf("%q gives %s, which is read as %s", s, r, again)
				}
			}
		}
	})
}
