package replay

import (
	"cmp"
	"fmt"
	"slices"
	"sort"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// index sorts the answers by their keys and refuses two with the same ones.
func (f *file) index() error {
	for i, it := range f.items {
		if it.request != 0 {
			f.byRequest = append(f.byRequest, int32(i))
		}
		if it.cas != 0 {
			f.byCase = append(f.byCase, int32(i))
		}
	}
	slices.SortFunc(f.byRequest, func(a, b int32) int {
		x, y := &f.items[a], &f.items[b]
		return cmp.Or(cmp.Compare(x.request, y.request), cmp.Compare(x.repeat, y.repeat), cmp.Compare(x.cas, y.cas), cmp.Compare(a, b))
	})
	slices.SortFunc(f.byCase, func(a, b int32) int {
		x, y := &f.items[a], &f.items[b]
		return cmp.Or(cmp.Compare(x.cas, y.cas), cmp.Compare(x.repeat, y.repeat), cmp.Compare(x.request, y.request), cmp.Compare(a, b))
	})
	if err := f.duplicates(f.byCase); err != nil {
		return err
	}
	return f.duplicates(f.byRequest)
}

func (f *file) duplicates(order []int32) error {
	for i := 1; i < len(order); i++ {
		a, b := &f.items[order[i-1]], &f.items[order[i]]
		if a.request != b.request || a.cas != b.cas || a.repeat != b.repeat {
			continue
		}
		e, err := f.read(b)
		if err != nil {
			return err
		}
		what := fmt.Sprintf("case %q", e.Case)
		if e.Case == "" {
			what = "the request " + e.Request[:12] + "…"
		}
		if e.Repeat != anyRepeat {
			what += fmt.Sprintf(", repeat %d,", e.Repeat)
		}
		return diag.At(f.path, int(b.line), 0, "%s is recorded in line %d already", what, a.line).
			WithHint("remove one of the two, or number them with \"repeat\"")
	}
	return nil
}

// lookup finds the answer to a request: by its hash, else by the case.
func (f *file) lookup(request, cas string, repeat int) (*entry, error) {
	if it := f.sameRequest(request, f.hash(cas), repeat); it != nil {
		e, err := f.read(it)
		if err != nil || e.Request == request {
			return e, err
		}
	}
	if cas == "" {
		return nil, f.unknownRequest(request, repeat)
	}
	found, anyTime := f.search(f.byCase, f.hash(cas), repeat, func(it *item) uint64 { return it.cas })
	if len(found) == 0 {
		found = anyTime
	}
	switch len(found) {
	case 0:
		return nil, f.unknownCase(cas, repeat)
	case 1:
		e, err := f.read(&f.items[found[0]])
		if err == nil && e.Case != cas {
			err = f.unknownCase(cas, repeat)
		}
		return e, err
	}
	lines := []int32{f.items[found[0]].line, f.items[found[1]].line}
	return nil, diag.At(f.path, int(slices.Max(lines)), 0, "case %q is recorded for %d requests, none of them this one", cas, len(found)).
		WithHint("the first is in line %d; record the case anew into another file", slices.Min(lines))
}

// sameRequest picks among the answers to a request: that of the asking case before any other's, and one
// for the repeat before one for any repeat. nil means that there is none.
func (f *file) sameRequest(request string, cas uint64, repeat int) *item {
	exact, anyTime := f.search(f.byRequest, f.hash(request), repeat, func(it *item) uint64 { return it.request })
	for _, group := range [][]int32{exact, anyTime} {
		for _, i := range group {
			if f.items[i].cas == cas {
				return &f.items[i]
			}
		}
	}
	for _, group := range [][]int32{exact, anyTime} {
		if len(group) > 0 {
			return &f.items[slices.Min(group)]
		}
	}
	return nil
}

// search gives the answers under a key that were recorded for the repeat, and those for any repeat.
func (f *file) search(order []int32, want uint64, repeat int, key func(*item) uint64) (exact, anyTime []int32) {
	within := func(repeat int32) []int32 {
		from := sort.Search(len(order), func(i int) bool {
			it := &f.items[order[i]]
			return key(it) > want || key(it) == want && it.repeat >= repeat
		})
		to := from
		for to < len(order) && key(&f.items[order[to]]) == want && f.items[order[to]].repeat == repeat {
			to++
		}
		return order[from:to]
	}
	return within(int32(repeat)), within(anyRepeat)
}

// read gets an answer's line from the file anew.
func (f *file) read(it *item) (*entry, error) {
	line := make([]byte, it.size)
	if _, err := f.r.ReadAt(line, it.at); err != nil {
		return nil, diag.At(f.path, int(it.line), 0, "the recording changed while it was in use: %w", err)
	}
	e, ft := parse(line)
	if ft == nil && e.Output == nil && e.Parts == nil && e.Failure == nil {
		ft = &fault{0, "the recording changed while it was in use"}
	}
	if ft != nil {
		return nil, f.mistake(line, int(it.line), ft)
	}
	e.line = int(it.line)
	return e, nil
}
