package tokens

import "unicode/utf8"

// The scripts that estimates tell apart.
const (
	english = iota
	latin
	turkish
	code
	cjk
	hangul
	cyrillic
	arabic
	rest
	scripts
)

// profile counts a text's characters by script.
type profile struct {
	letters int // ASCII
	symbols int // ASCII characters that code has many of and prose few
	chars   [scripts]int
}

// add counts the characters of a part of a text, which is valid UTF-8.
func (p *profile) add(text []byte) {
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			switch class := asciiClass[c]; {
			case class == classUpper || class == classLower:
				p.letters++
			case class == classOther && c != '.' && c != ',' && c != '\'' && c != '-' && c != '?' && c != '!':
				p.symbols++
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		p.chars[scriptOf(r)]++
		i += n
	}
}

func scriptOf(r rune) int {
	switch {
	case r == 'ı' || r == 'İ' || r == 'ğ' || r == 'Ğ' || r == 'ş' || r == 'Ş':
		return turkish
	case r < 0x250 || r >= 0x1e00 && r < 0x1f00:
		return latin
	case r >= 0x400 && r < 0x530:
		return cyrillic
	case r >= 0x600 && r < 0x780 || r >= 0x8a0 && r < 0x900 || r >= 0xfb50 && r < 0xfe00 || r >= 0xfe70 && r < 0xff00:
		return arabic
	case r >= 0x1100 && r < 0x1200 || r >= 0x3130 && r < 0x3190 || r >= 0xac00 && r < 0xd7b0:
		return hangul
	case r >= 0x2e80 && r < 0xa000 || r >= 0xf900 && r < 0xfb00 || r >= 0xff00 && r < 0xfff0 || r >= 0x20000 && r < 0x33480:
		return cjk
	case r >= 0x2000 && r < 0x2070:
		return english // typographic quotes and dashes
	}
	return rest
}

// perChar is about how many tokens of o200k_base a character of each script makes, as measured.
var perChar = [scripts]float64{0.23, 0.36, 0.36, 0.30, 0.95, 0.68, 0.29, 0.32, 0.40}

// blend weighs a family's rates with the shares that the scripts have in the text's tokens. The shares
// within Latin follow from its letters: one in 25 of Turkish prose is ı, ğ or ş, one in 40 of other
// European prose has an accent, and of the characters of code one in seven and more is a symbol.
func (p *profile) blend(r *rates) rate {
	ascii := float64(p.letters + p.symbols)
	all := ascii + float64(p.chars[latin]+p.chars[turkish])
	tr := clamp(float64(p.chars[turkish]) / max(all, 1) * 25)
	eu := clamp(float64(p.chars[latin])/max(all, 1)*40) * (1 - tr)
	co := clamp((float64(p.symbols)/max(ascii, 1) - 0.04) * 10) // 4 % and less: prose; 14 % and more: code
	share := [scripts]float64{
		turkish: all * tr * perChar[turkish],
		latin:   all * eu * perChar[latin],
		code:    all * (1 - tr - eu) * co * perChar[code],
		english: all * (1 - tr - eu) * (1 - co) * perChar[english],
	}
	for s := cjk; s < scripts; s++ {
		share[s] = float64(p.chars[s]) * perChar[s]
	}
	share[english] += float64(p.chars[english])*perChar[english] + 1e-9 // an empty text is English
	var sum float64
	var mix rate
	for s, w := range share {
		sum += w
		mix.expect += w * r[s].expect
		mix.low += w * r[s].low
		mix.high += w * r[s].high
	}
	return rate{mix.expect / sum, mix.low / sum, mix.high / sum}
}

func clamp(v float64) float64 { return min(max(v, 0), 1) }
