package tokens

import "unicode/utf8"

// o200k is the pattern of o200k_base and o200k_harmony, where U stands for \p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}
// and L for \p{Ll}\p{Lm}\p{Lo}\p{M}:
//
//	[^\r\n\p{L}\p{N}]?[U]*[L]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
//	[^\r\n\p{L}\p{N}]?[U]+[L]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
//	\p{N}{1,3}
//	 ?[^\s\p{L}\p{N}]+[\r\n/]*
//	\s*[\r\n]+
//	\s+(?!\S)
//	\s+
func o200k() pattern {
	return pattern{
		next: nextO200k, word: setWord, cased: true, suffix: true, prefix: true,
		numbers: 3, newlines: true, tail: "\r\n/",
	}
}

func nextO200k(b []byte, i int) int {
	class, n := classAt(b, i)
	switch class {
	case classUpper, classLower, classBoth, classMark:
		return casedWord(b, i)
	case classNumber:
		return digits(b, i, 3)
	case classNewline:
		return spaces(b, i, true)
	}
	if k := i + n; k < len(b) {
		after, _ := classAt(b, k)
		if 1<<after&setWord != 0 {
			return casedWord(b, k)
		}
		if b[i] == ' ' && after == classOther {
			return punctuation(b, k, "\r\n/")
		}
	}
	if class == classSpace {
		return spaces(b, i, true)
	}
	return punctuation(b, i, "\r\n/")
}

// casedWord ends a word whose first letter or mark is b[i].
//
// The first alternative takes the longest run of U and then needs one of L. Where a small letter
// follows the run, that is it. Where none does, the expression backs up to the last character of the
// run that is in L too (one of Lm, Lo or M) and ends there, unless there is none: then the second
// alternative takes the run as it is. A mark is never needed as the one character before a word,
// because the word may as well begin with it, and then ends at the same place.
func casedWord(b []byte, i int) int {
	j, both := i, -1
	for j < len(b) {
		var class uint8
		n := 1
		if c := b[j]; c < utf8.RuneSelf {
			class = asciiClass[c]
		} else {
			class, n = wideClassAt(b, j)
		}
		if class == classLower {
			j = run(b, j+n, 1<<classLower|1<<classBoth|1<<classMark)
			return j + contraction(b, j, true)
		}
		if 1<<class&setWord == 0 {
			break
		}
		j += n
		if class != classUpper {
			both = j
		}
	}
	if both >= 0 && both < j {
		return both
	}
	return j + contraction(b, j, true)
}
