package eval

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
)

// Question is what a case asks, as text for a reader: its input, its variables and its turns. It is not
// what is sent: the prompt is not in it.
func (c *Case) Question() string {
	var parts []string
	if c.Input != "" {
		parts = append(parts, c.Input)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Vars)) {
		text, isText := c.Vars[name].(string)
		if !isText {
			b, _ := json.Marshal(c.Vars[name]) // it was read from a file of data
			text = string(b)
		}
		if text == c.Input {
			continue
		}
		parts = append(parts, name+": "+text)
	}
	for _, m := range c.Messages {
		parts = append(parts, fmt.Sprintf("%s: %s", m.Role, m.Text()))
	}
	return strings.Join(parts, "\n\n")
}

// maxAhead is how many questions Questions keeps for records that are still to come.
const maxAhead = 10_000

// Questions finds the questions of records, reading the suite's cases once, along with the records: those
// of a finished run are in the same order. It belongs to one goroutine, and is to be closed.
type Questions struct {
	next  func() (*Case, error, bool)
	stop  func()
	ahead map[string]question // by case
	id    string              // of the last case asked for, which has the repeats
	text  string
}

type question struct{ hash, text string }

// Questions starts at the suite's first case.
func (s *Suite) Questions() *Questions {
	q := &Questions{ahead: map[string]question{}}
	q.next, q.stop = iter.Pull2(s.All())
	return q
}

// Of gives the question of a record's case, "" when the suite has no such case or it has changed since.
func (q *Questions) Of(rec *Record) string {
	if rec.Case == q.id {
		return q.text
	}
	q.id, q.text = rec.Case, ""
	found, ok := q.ahead[rec.Case]
	for !ok && len(q.ahead) < maxAhead {
		c, err, more := q.next()
		if !more || err != nil {
			q.stop()
			return ""
		}
		if c.ID == rec.Case {
			found = question{c.Hash, c.Question()}
			break
		}
		q.ahead[c.ID] = question{c.Hash, c.Question()}
	}
	delete(q.ahead, rec.Case)
	if found.hash == rec.Hash {
		q.text = found.text
	}
	return q.text
}

// Close stops reading.
func (q *Questions) Close() { q.stop() }
