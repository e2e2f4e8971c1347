package metric

// subsequence is the length of the longest common subsequence, by the row-wise dynamic programme.
func subsequence(a, b []string) int {
	if len(a) < len(b) {
		a, b = b, a // the shorter one is the row, for memory
	}
	row := make([]int, len(b)+1)
	for _, x := range a {
		diagonal := 0
		for j, y := range b {
			above := row[j+1]
			if x == y {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(above, row[j])
			}
			diagonal = above
		}
	}
	return row[len(b)]
}

// union gives the tokens of line that are in its longest common subsequence with any of the others.
func union(line []string, others [][]string) []string {
	in := make([]bool, len(line))
	for _, other := range others {
		mark(line, other, in)
	}
	var tokens []string
	for i, token := range line {
		if in[i] {
			tokens = append(tokens, token)
		}
	}
	return tokens
}

// mark marks the places in line of one longest common subsequence. Of several it takes the one that
// rouge_score's backtracking takes, since the union depends on it. Of the table it keeps a bit a cell.
func mark(line, other []string, in []bool) {
	left := leftIsMore(line, other)
	for i, j := len(line), len(other); i > 0 && j > 0; {
		at := (i-1)*len(other) + j - 1
		switch {
		case line[i-1] == other[j-1]:
			in[i-1] = true
			i, j = i-1, j-1
		case left[at/8]>>(at%8)&1 == 1:
			j--
		default:
			i--
		}
	}
}

// leftIsMore tells for each cell of the table, row by row, whether the one to its left holds more than the one above.
func leftIsMore(line, other []string) []byte {
	bits, row := make([]byte, (len(line)*len(other)+7)/8), make([]int32, len(other)+1)
	for i, x := range line {
		diagonal := int32(0)
		for j, y := range other {
			above, before := row[j+1], row[j]
			if at := i*len(other) + j; before > above {
				bits[at/8] |= 1 << (at % 8)
			}
			if row[j+1] = max(above, before); x == y {
				row[j+1] = diagonal + 1
			}
			diagonal = above
		}
	}
	return bits
}
