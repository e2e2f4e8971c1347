package guard

// card is a payment card's number: 13 to 19 digits of a known network with Luhn's check digit (ISO/IEC
// 7812-1), in one run or grouped as on cards: by four, or 4-6-5 and 4-6-4.
func card(text string, i int) int {
	g := grouped(text, i)
	for n := min(19, g.n); n >= 13; n-- {
		if ends(text, g.after[n-1]) && g.asOnCards(n) && network(g.digit[:4], n) && luhn(g.digit[:n]) && !uniform(g.digit[:n]) {
			return g.after[n-1]
		}
	}
	return 0
}

func (g *group) asOnCards(n int) bool {
	byFour, bySix := true, n <= 15
	for k := 1; k < n; k++ {
		if g.after[k] == g.after[k-1]+1 {
			continue
		}
		byFour = byFour && k%4 == 0
		bySix = bySix && (k == 4 || k == 10)
	}
	return byFour || bySix
}

func luhn(number []byte) bool {
	sum := 0
	for i, d := range number {
		v := int(d)
		if (len(number)-i)%2 == 0 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum%10 == 0
}

// network checks the issuer's prefix and the length: Visa, Mastercard, American Express, Diners, Discover,
// JCB, UnionPay, Maestro, Troy, Mir.
func network(first []byte, n int) bool {
	four := 0
	for _, d := range first {
		four = four*10 + int(d)
	}
	two := four / 100
	switch {
	case four/1000 == 4:
		return n == 13 || n == 16 || n == 19
	case two >= 51 && two <= 55, four >= 2221 && four <= 2720, four >= 2200 && four <= 2204, four == 9792:
		return n == 16
	case two == 34 || two == 37:
		return n == 15
	case two == 36 || two == 38 || four/10 >= 300 && four/10 <= 305:
		return n == 14
	case four == 6011 || two == 65 || two == 62 || four >= 3528 && four <= 3589:
		return n >= 16
	case two == 50 || two >= 56 && two <= 58 || two == 63 || two == 67:
		return n >= 13
	}
	return false
}

func uniform(number []byte) bool {
	for _, d := range number {
		if d != number[0] {
			return false
		}
	}
	return true
}

// kimlik is a Turkish identity number: 11 digits, the first not 0. With d1 the first, d10 is
// (7·(d1+d3+d5+d7+d9) − (d2+d4+d6+d8)) mod 10 and d11 the sum of the first ten mod 10 (the rule of the
// population register, NVİ).
func kimlik(text string, i int) int {
	if n := decimal.run(text[i:], 12); n != 11 || text[i] == '0' || !ends(text, i+11) {
		return 0
	}
	odd, even := 0, 0
	for k := range 9 {
		if d := int(text[i+k] - '0'); k%2 == 0 {
			odd += d
		} else {
			even += d
		}
	}
	tenth, last := int(text[i+9]-'0'), int(text[i+10]-'0')
	if ((7*odd-even)%10+10)%10 != tenth || (odd+even+tenth)%10 != last {
		return 0
	}
	return i + 11
}

// ssn is a US social security number, written with its dashes; without them nine digits are just digits.
// Areas 000, 666 and 900 to 999, group 00 and serial 0000 are never given out.
func ssn(text string, i int) int {
	if len(text) < i+11 || text[i+3] != '-' || text[i+6] != '-' || !ends(text, i+11) {
		return 0
	}
	area, group, serial := text[i:i+3], text[i+4:i+6], text[i+7:i+11]
	if decimal.run(area, 3) != 3 || decimal.run(group, 2) != 2 || decimal.run(serial, 4) != 4 ||
		area == "000" || area == "666" || area[0] == '9' || group == "00" || serial == "0000" {
		return 0
	}
	return i + 11
}

// ipv4 is a public address. Private, loopback, link-local, multicast and documentation ranges name no
// person, four numbers after a slash are a program's version, and four small ones a section's.
func ipv4(text string, i int) int {
	if i >= 2 && text[i-1] == '/' && text[i-2] != '/' {
		return 0
	}
	var octet [4]int
	at := i
	for k := range octet {
		if k > 0 {
			if at >= len(text) || text[at] != '.' {
				return 0
			}
			at++
		}
		n := decimal.run(text[at:], 4)
		if n == 0 || n > 3 || (n > 1 && text[at] == '0') {
			return 0
		}
		for range n {
			octet[k] = octet[k]*10 + int(text[at]-'0')
			at++
		}
	}
	if !ends(text, at) || !public(octet) {
		return 0
	}
	return at
}

func public(o [4]int) bool {
	if top := max(o[0], o[1], o[2], o[3]); top > 255 || top < 32 || o[1]+o[2]+o[3] == 0 {
		return false
	}
	switch {
	case o[0] == 0, o[0] == 10, o[0] == 127, o[0] >= 224, o[0] == 169 && o[1] == 254, o[0] == 192 && o[1] == 168,
		o[0] == 172 && o[1] >= 16 && o[1] < 32, o[0] == 100 && o[1] >= 64 && o[1] < 128,
		o[0] == 192 && o[1] == 0 && o[2] == 2, o[0] == 198 && o[1] == 51 && o[2] == 100, o[0] == 203 && o[1] == 0 && o[2] == 113:
		return false
	}
	return true
}
