package replay

import (
	"fmt"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// manyCases bounds how many case ids are read to find the nearest ones.
const manyCases = 20_000

// unknownCase words that a case has no answer.
func (f *file) unknownCase(cas string, repeat int) error {
	if repeats := f.repeats(cas); len(repeats) > 0 {
		return diag.At(f.path, 0, 0, "case %q has no answer for repeat %d", cas, repeat).
			WithHint("recorded repeats: %s", strings.Join(repeats, ", "))
	}
	err := diag.At(f.path, 0, 0, "no answer recorded for case %q", cas)
	ids := f.cases()
	if near := diag.DidYouMean(cas, ids); near != "" {
		return err.WithHint("%s", near)
	}
	switch len(ids) {
	case 0:
		return err.WithHint("the recording names no cases; its answers are found by the request's hash")
	case 1:
		return err.WithHint("the recording has one case, %s", ids[0])
	}
	return err.WithHint("the recording has %d cases, from %s to %s", len(ids), ids[0], ids[len(ids)-1])
}

func (f *file) unknownRequest(hash string, repeat int) error {
	err := diag.At(f.path, 0, 0, "no answer recorded for this request (sha256 %s…)", hash[:12])
	if repeat > 0 {
		err = diag.At(f.path, 0, 0, "no answer recorded for repeat %d of this request (sha256 %s…)", repeat, hash[:12])
	}
	if len(f.byRequest) == 0 {
		return err.WithHint("this recording answers eval cases, by their ids; use it as the model of an eval")
	}
	return err.WithHint("record it with --record; a changed message, parameter, tool or option makes it another request")
}

// repeats lists up to ten recorded repeats of a case.
func (f *file) repeats(cas string) (out []string) {
	h := f.hash(cas)
	for _, i := range f.byCase {
		if f.items[i].cas == h && len(out) < 10 {
			out = append(out, fmt.Sprint(f.items[i].repeat))
		}
	}
	return out
}

// cases lists case ids in the order of the file, each once.
func (f *file) cases() []string {
	var ids []string
	seen := map[uint64]bool{}
	for i := range f.items {
		it := &f.items[i]
		if it.cas == 0 || seen[it.cas] || len(ids) == manyCases {
			continue
		}
		seen[it.cas] = true
		if e, err := f.read(it); err == nil {
			ids = append(ids, e.Case)
		}
	}
	return ids
}
