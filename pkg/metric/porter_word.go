package metric

import "strings"

// consonant tells whether letter i is one: not a vowel, and y where no consonant stands before it.
func consonant(word string, i int) bool {
	first := i
	for first > 0 && word[first] == 'y' {
		first--
	}
	c := !strings.ContainsRune("aeiou", rune(word[first]))
	return c == ((i-first)%2 == 0) // each y behind it is the other kind
}

// measure is Porter's m: how often a vowel is followed by a consonant.
func measure(word string) int {
	m, vowel := 0, false
	for i := range len(word) {
		c := word[i] != 'y' && consonant(word, i) || word[i] == 'y' && (i == 0 || vowel)
		if c && vowel {
			m++
		}
		vowel = !c
	}
	return m
}

func measured(stem string) bool { return measure(stem) > 0 }

func hasVowel(word string) bool {
	vowel := false
	for i := range len(word) {
		vowel = word[i] != 'y' && !consonant(word, i) || word[i] == 'y' && i > 0 && !vowel
		if vowel {
			return true
		}
	}
	return false
}

// doubled tells whether the word ends in the same consonant twice.
func doubled(word string) bool {
	n := len(word)
	return n >= 2 && word[n-1] == word[n-2] && consonant(word, n-1)
}

// shortEnd tells whether the word ends in consonant, vowel and consonant (not w, x or y), or is no more
// than a vowel and a consonant.
func shortEnd(word string) bool {
	n := len(word)
	if n == 2 {
		return !consonant(word, 0) && consonant(word, 1)
	}
	return n > 2 && consonant(word, n-3) && !consonant(word, n-2) && consonant(word, n-1) &&
		word[n-1] != 'w' && word[n-1] != 'x' && word[n-1] != 'y'
}
