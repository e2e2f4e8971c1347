package diag

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Nearest returns the names closest to word, best first, at most three: those within a third of its
// length in edits (Levenshtein, with a swap of neighbours counted as one), or that contain it.
func Nearest(word string, names []string) []string {
	type scored struct {
		name string
		d    int
	}
	limit := max(1, (utf8.RuneCountInString(word)+1)/3)
	var near []scored
	low := strings.ToLower(word)
	for _, n := range names {
		d := distance(low, strings.ToLower(n))
		if d > limit && len(low) >= 3 && strings.Contains(strings.ToLower(n), low) {
			d = limit
		}
		if d <= limit {
			near = append(near, scored{n, d})
		}
	}
	slices.SortStableFunc(near, func(a, b scored) int { return cmp.Or(cmp.Compare(a.d, b.d), cmp.Compare(a.name, b.name)) })
	var out []string
	for _, s := range near[:min(3, len(near))] {
		out = append(out, s.name)
	}
	return out
}

// DidYouMean words a hint of the nearest names, or "" when none is near.
func DidYouMean(word string, names []string) string {
	near := Nearest(word, names)
	if len(near) == 0 {
		return ""
	}
	return "did you mean " + strings.Join(near, ", ") + "?"
}

// distance is the optimal string alignment distance in runes.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	two, one, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range one {
		one[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			row[j] = min(one[j]+1, row[j-1]+1, one[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], two[j-2]+1)
			}
		}
		two, one, row = one, row, two
	}
	return one[len(t)]
}
