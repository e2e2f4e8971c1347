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
// rouge_score's backtracking takes, since the union depends on it.
func mark(line, other []string, in []bool) {
	width := len(other) + 1
	table := make([]int32, (len(line)+1)*width)
	for i, x := range line {
		for j, y := range other {
			at := (i+1)*width + j + 1
			if x == y {
				table[at] = table[at-width-1] + 1
			} else {
				table[at] = max(table[at-width], table[at-1])
			}
		}
	}
	for i, j := len(line), len(other); i > 0 && j > 0; {
		switch {
		case line[i-1] == other[j-1]:
			in[i-1] = true
			i, j = i-1, j-1
		case table[i*width+j-1] > table[(i-1)*width+j]:
			j--
		default:
			i--
		}
	}
}
