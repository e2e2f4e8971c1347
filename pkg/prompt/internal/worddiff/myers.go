package worddiff

import (
	"slices"
)

type edit struct {
	op    Op
	token string
}

// maxEdits bounds the edits that Myers' algorithm looks for: its memory is their square.
const maxEdits = 800

// compare finds the edits between two lists of tokens.
func compare(a, b []string, depth int) []edit {
	var head, tail []edit
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		head = append(head, edit{Equal, a[0]})
		a, b = a[1:], b[1:]
	}
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	for _, token := range a[len(a)-n:] {
		tail = append(tail, edit{Equal, token})
	}
	a, b = a[:len(a)-n], b[:len(b)-n]
	middle, ok := myers(a, b)
	if !ok {
		middle = anchored(a, b, depth)
	}
	return slices.Concat(head, middle, tail)
}

// myers is the greedy algorithm; ok is false when there are more than maxEdits edits.
func myers(a, b []string) (out []edit, ok bool) {
	n, m := len(a), len(b)
	if n == 0 || m == 0 {
		return replaced(a, b), true
	}
	limit := min(n+m, maxEdits)
	v := make([]int, 2*limit+2) // the furthest x of each diagonal
	var trace [][]int
	for d := 0; d <= limit; d++ {
		trace = append(trace, slices.Clone(v[limit-d:limit+d+1]))
		for k := -d; k <= d; k += 2 {
			var x int
			if k == -d || (k != d && v[limit+k-1] < v[limit+k+1]) {
				x = v[limit+k+1]
			} else {
				x = v[limit+k-1] + 1
			}
			for x < n && x-k < m && a[x] == b[x-k] {
				x++
			}
			v[limit+k] = x
			if x >= n && x-k >= m {
				return back(a, b, trace, d), true
			}
		}
	}
	return nil, false
}

// back walks the trace from the end to the start.
func back(a, b []string, trace [][]int, d int) []edit {
	var out []edit
	x, y := len(a), len(b)
	for ; d > 0; d-- {
		v := trace[d] // the state before round d, diagonals -d…d
		k := x - y
		at := func(k int) int {
			if i := k + d; i >= 0 && i < len(v) {
				return v[i]
			}
			return 0
		}
		prev := k - 1
		if k == -d || (k != d && at(k-1) < at(k+1)) {
			prev = k + 1
		}
		px := at(prev)
		py := px - prev
		for x > px && y > py {
			x, y = x-1, y-1
			out = append(out, edit{Equal, a[x]})
		}
		if prev == k+1 {
			y--
			out = append(out, edit{Insert, b[y]})
		} else {
			x--
			out = append(out, edit{Delete, a[x]})
		}
	}
	for x > 0 {
		x--
		out = append(out, edit{Equal, a[x]})
	}
	slices.Reverse(out)
	return out
}

func replaced(a, b []string) []edit {
	out := make([]edit, 0, len(a)+len(b))
	for _, token := range a {
		out = append(out, edit{Delete, token})
	}
	for _, token := range b {
		out = append(out, edit{Insert, token})
	}
	return out
}

// anchored cuts both lists at the tokens that occur once in each and in the same order in both.
func anchored(a, b []string, depth int) []edit {
	pairs := unique(a, b)
	if len(pairs) == 0 || depth > 20 {
		return replaced(a, b)
	}
	var out []edit
	x, y := 0, 0
	for _, p := range pairs {
		out = append(out, compare(a[x:p[0]], b[y:p[1]], depth+1)...)
		out = append(out, edit{Equal, a[p[0]]})
		x, y = p[0]+1, p[1]+1
	}
	return append(out, compare(a[x:], b[y:], depth+1)...)
}

// unique pairs the tokens that occur once in each list, and keeps the longest run of pairs that rises in
// both (the longest increasing subsequence).
func unique(a, b []string) [][2]int {
	type seen struct{ inA, inB, atA, atB int }
	counts := map[string]*seen{}
	for i, t := range a {
		if counts[t] == nil {
			counts[t] = &seen{}
		}
		counts[t].inA++
		counts[t].atA = i
	}
	for i, t := range b {
		if s := counts[t]; s != nil {
			s.inB++
			s.atB = i
		}
	}
	var pairs [][2]int
	for i, t := range a {
		if s := counts[t]; s.inA == 1 && s.inB == 1 {
			pairs = append(pairs, [2]int{i, s.atB})
		}
	}
	var piles []int // index of the pair on top of each pile
	before := make([]int, len(pairs))
	for i, p := range pairs {
		at, _ := slices.BinarySearchFunc(piles, p[1], func(top, y int) int { return pairs[top][1] - y })
		before[i] = -1
		if at > 0 {
			before[i] = piles[at-1]
		}
		if at == len(piles) {
			piles = append(piles, i)
		} else {
			piles[at] = i
		}
	}
	var out [][2]int
	if len(piles) > 0 {
		for i := piles[len(piles)-1]; i >= 0; i = before[i] {
			out = append(out, pairs[i])
		}
	}
	slices.Reverse(out)
	return out
}
