package ledger

import (
	"context"
	"database/sql"
	"slices"
	"time"
)

// groups are the totals that rows are summed up to. Keys are numbers while rows are read, as texts take longer to find and
// to sort.
type groups struct {
	by     []Dimension // in the order of Key
	words  [dimensions]words
	of     map[groupKey]int // the place in totals
	keys   []groupKey
	totals []*Total
	block  []Total // where the next are made: many at once, and never copied
}

// dimensions is how many there are.
const dimensions = 9

// groupKey has the days since 1970, or the number of a word, for every dimension of groups.by.
type groupKey [dimensions]int32

// words numbers the texts of a dimension.
type words struct {
	last   string
	number int32
	of     map[string]int32
	texts  []string
}

func newGroups(by []Dimension) *groups {
	g := &groups{by: by, of: map[groupKey]int{}}
	for i := range g.words {
		g.words[i].of = map[string]int32{}
		g.words[i].number = -1
	}
	return g
}

func (w *words) find(text []byte) int32 {
	if w.number >= 0 && w.last == string(text) { // rows that follow each other have much in common
		return w.number
	}
	n, ok := w.of[string(text)]
	if !ok {
		n = int32(len(w.texts))
		w.texts = append(w.texts, string(text))
		w.of[w.texts[n]] = n
	}
	w.last, w.number = w.texts[n], n
	return n
}

// read adds the rows of a query of totals.
func (g *groups) read(ctx context.Context, q queryer, query string, args []any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var (
		k     groupKey
		texts [dimensions]sql.RawBytes
		day   int64
		sums  sql.RawBytes
		into  []any
	)
	for i, d := range g.by {
		if d == ByDay {
			into = append(into, &day)
			continue
		}
		into = append(into, &texts[i])
	}
	into = append(into, &sums)
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, d := range g.by {
			if d == ByDay {
				k[i] = int32(day)
				continue
			}
			k[i] = g.words[i].find(texts[i])
		}
		if err := g.total(k).addPacked(sums); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (g *groups) total(k groupKey) *Total {
	i, ok := g.of[k]
	if !ok {
		i = len(g.keys)
		g.of[k] = i
		if len(g.block) == 0 {
			g.block = make([]Total, 256)
		}
		g.keys, g.totals, g.block = append(g.keys, k), append(g.totals, &g.block[0]), g.block[1:]
	}
	return g.totals[i]
}

// sorted are the totals sorted by their keys, nil where there is none.
func (g *groups) sorted() []Total {
	if len(g.keys) == 0 {
		return nil
	}
	type placed struct {
		rank  groupKey // k with every word's rank for its number
		place int
	}
	ranks := g.ranks()
	all := make([]placed, len(g.keys))
	for n, k := range g.keys {
		all[n] = placed{k, n}
		for i, d := range g.by {
			if d != ByDay {
				all[n].rank[i] = ranks[i][k[i]]
			}
		}
	}
	slices.SortFunc(all, func(a, b placed) int { return slices.Compare(a.rank[:len(g.by)], b.rank[:len(g.by)]) })
	out := make([]Total, len(all))
	for n, p := range all {
		out[n] = *g.totals[p.place]
		out[n].Key = g.key(g.keys[p.place])
	}
	return out
}

// ranks tells for every word where it stands among those of its dimension.
func (g *groups) ranks() (ranks [dimensions][]int32) {
	for i := range g.by {
		texts := g.words[i].texts
		ranks[i] = make([]int32, len(texts))
		for rank, text := range slices.Sorted(slices.Values(texts)) {
			ranks[i][g.words[i].of[text]] = int32(rank)
		}
	}
	return ranks
}

func (g *groups) key(k groupKey) (key Key) {
	for i, d := range g.by {
		if d == ByDay {
			key.Day = time.Unix(int64(k[i])*86400, 0).UTC().Format(time.DateOnly)
			continue
		}
		*key.field(d) = g.words[i].texts[k[i]]
	}
	return key
}
