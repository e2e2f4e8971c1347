package tokens

// r50k is the pattern of r50k_base (GPT-2 and GPT-3) and p50k_base:
//
//	's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
func r50k() pattern {
	return pattern{next: nextR50k, word: setLetter}
}

func nextR50k(b []byte, i int) int {
	if c := contraction(b, i, false); c > 0 {
		return i + c
	}
	k := i
	if b[i] == ' ' && i+1 < len(b) {
		k++
	}
	class, n := classAt(b, k)
	switch {
	case 1<<class&setLetter != 0:
		return run(b, k+n, setLetter)
	case class == classNumber:
		return run(b, k+n, setNumber)
	case 1<<class&setOther != 0:
		return run(b, k+n, setOther)
	}
	return spaces(b, i, false)
}
