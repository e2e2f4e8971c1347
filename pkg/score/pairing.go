package score

// pairUp gives how many of the wanted ones can be paired with one of their own among those that fit: in
// the order they stand in, or in any.
func pairUp(fits [][]bool, inOrder bool) int {
	if inOrder {
		return pairInOrder(fits)
	}
	// Augmenting paths (Kuhn's algorithm): a wanted one may push another to its second choice.
	owner := map[int]int{}
	var place func(i int, tried map[int]bool) bool
	place = func(i int, tried map[int]bool) bool {
		for j, ok := range fits[i] {
			if !ok || tried[j] {
				continue
			}
			tried[j] = true
			if other, taken := owner[j]; !taken || place(other, tried) {
				owner[j] = i
				return true
			}
		}
		return false
	}
	matched := 0
	for i := range fits {
		if place(i, map[int]bool{}) {
			matched++
		}
	}
	return matched
}

// pairInOrder is the longest common subsequence.
func pairInOrder(fits [][]bool) int {
	if len(fits) == 0 {
		return 0
	}
	row := make([]int, len(fits[0])+1)
	for _, line := range fits {
		diagonal := 0
		for j, ok := range line {
			above := row[j+1]
			if ok {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(above, row[j])
			}
			diagonal = above
		}
	}
	return row[len(row)-1]
}
