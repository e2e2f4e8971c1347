package eval

import (
	"fmt"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// names keeps the ids of a suite apart. It holds a few dozen bytes a case: all that grows with a suite
// of any size.
type names struct {
	files []string
	at    map[string]spot
	made  map[string]int // how often an id was made of the same question
}

type spot struct{ file, line int32 }

func newNames() *names { return &names{at: map[string]spot{}, made: map[string]int{}} }

// take registers the case's id. An id that we made of its question gets a number when the question comes
// up again; one that the author wrote twice is an error.
func (n *names) take(c *Case) error {
	if c.idMade {
		n.made[c.ID]++
		if count := n.made[c.ID]; count > 1 {
			c.ID = fmt.Sprintf("%s-%d", c.ID, count)
		}
	}
	if first, taken := n.at[c.ID]; taken {
		return diag.At(c.Place.File, c.Place.Line, 0, "the id %q is already taken in %s", c.ID, Place{n.files[first.file], int(first.line)}).
			WithHint("ids are unique in a suite")
	}
	if len(n.files) == 0 || n.files[len(n.files)-1] != c.Place.File {
		n.files = append(n.files, c.Place.File)
	}
	n.at[c.ID] = spot{int32(len(n.files) - 1), int32(min(c.Place.Line, 1<<31-1))} //nolint:gosec // bounded
	return nil
}
