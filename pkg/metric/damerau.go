package metric

// DamerauLevenshtein is Levenshtein's count with one more edit: two neighbours change places, also where
// others were put between them. It takes time and 4 bytes of memory in proportion to the product of the lengths.
// Source: Damerau 1964; Lowrance and Wagner 1975; NLTK's edit_distance with transpositions.
func DamerauLevenshtein(a, b string) int {
	s, t := []rune(a), []rune(b)
	// cell(i, j) is the distance of the first i of s from the first j of t. Row and column -1 hold more than any
	// distance, for pairs that have not come yet.
	width := len(t) + 2
	table := make([]int32, (len(s)+2)*width)
	cell := func(i, j int) *int32 { return &table[(i+1)*width+j+1] }
	never := int32(len(s) + len(t)) //nolint:gosec // texts of a table that fits into memory
	*cell(-1, -1) = never
	for i := range len(s) + 1 {
		*cell(i, -1), *cell(i, 0) = never, int32(i) //nolint:gosec // as above
	}
	for j := range len(t) + 1 {
		*cell(-1, j), *cell(0, j) = never, int32(j) //nolint:gosec // as above
	}
	lastRow := map[rune]int{} // where a character of t last stood in s, from 1; 0 means not yet
	for i := 1; i <= len(s); i++ {
		lastMatch := 0 // the last column of this row whose characters are the same
		for j := 1; j <= len(t); j++ {
			row, column, cost := lastRow[t[j-1]], lastMatch, int32(1)
			if s[i-1] == t[j-1] {
				cost, lastMatch = 0, j
			}
			swapped := *cell(row-1, column-1) + int32(i-row+j-column-1) //nolint:gosec // as above
			*cell(i, j) = min(*cell(i-1, j-1)+cost, *cell(i, j-1)+1, *cell(i-1, j)+1, swapped)
		}
		lastRow[s[i-1]] = i
	}
	return int(*cell(len(s), len(t)))
}

// DamerauSimilarity is 1 − DamerauLevenshtein ÷ length of the longer text in code points, and 1 for two empty ones.
func DamerauSimilarity(a, b string) float64 {
	longer := max(len([]rune(a)), len([]rune(b)))
	if longer == 0 {
		return 1
	}
	return 1 - float64(DamerauLevenshtein(a, b))/float64(longer)
}
