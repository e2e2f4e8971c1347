package tokens

// cl100k is the pattern of cl100k_base:
//
//	(?i:'s|'t|'re|'ve|'m|'ll|'d)
//	[^\r\n\p{L}\p{N}]?\p{L}+
//	\p{N}{1,3}
//	 ?[^\s\p{L}\p{N}]+[\r\n]*
//	\s*[\r\n]+
//	\s+(?!\S)
//	\s+
func cl100k() pattern {
	return pattern{next: nextCl100k, word: setLetter, prefix: true, numbers: 3, newlines: true, tail: "\r\n"}
}

func nextCl100k(b []byte, i int) int {
	class, n := classAt(b, i)
	switch class {
	case classUpper, classLower, classBoth:
		return run(b, i+n, setLetter)
	case classNumber:
		return digits(b, i, 3)
	case classNewline:
		return spaces(b, i, true)
	}
	if c := contraction(b, i, true); c > 0 {
		return i + c
	}
	if k := i + n; k < len(b) {
		after, m := classAt(b, k)
		if 1<<after&setLetter != 0 {
			return run(b, k+m, setLetter)
		}
		if b[i] == ' ' && 1<<after&setOther != 0 {
			return punctuation(b, k, "\r\n")
		}
	}
	if class == classSpace {
		return spaces(b, i, true)
	}
	return punctuation(b, i, "\r\n")
}
