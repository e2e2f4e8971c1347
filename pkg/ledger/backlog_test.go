package ledger

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A backlog is a list, whatever is added, read and dropped in between, and a block that is used again is empty.
func TestBacklogIsAList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := backlog{spares: spares{make(chan *block, 2)}} // none is made ahead: all of them are used again
		var want []int
		added := 0
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				for range rapid.IntRange(1, 3*blockSize).Draw(t, "n") {
					added++
					b.add(&Record{Repeat: added})
					want = append(want, added)
				}
			},
			"drop": func(t *rapid.T) {
				list := b.oldest(make([]*Record, 0, rapid.IntRange(0, len(want)).Draw(t, "n")))
				for _, r := range list {
					*r = Record{}
				}
				b.drop(len(list))
				want = want[len(list):]
			},
			"": func(t *rapid.T) {
				got := make([]int, 0, len(want))
				for _, r := range b.oldest(make([]*Record, 0, len(want)+1)) {
					got = append(got, r.Repeat)
				}
				if !slices.Equal(got, want) || b.n != len(want) {
					t.Fatalf("%v, %d, not %v", got, b.n, want)
				}
			},
		})
	})
}
