package budget

import (
	"encoding/binary"
	"errors"
)

// A state is written as a version, then lists with their lengths before them, in variable-length integers; slots are
// written as the distance from the one before. A decision rewrites it each time, so that it is short and made without
// reflection.
const (
	codecVersion = 2
	withoutLease = 1 // the version whose reservations had no lease
)

func (s *State) encode(b []byte) []byte {
	b = append(b, codecVersion)
	put := func(numbers ...int64) {
		for _, n := range numbers {
			b = binary.AppendVarint(b, n)
		}
	}
	for i := range s.rates {
		put(int64(len(s.rates[i])))
		last := int64(0)
		for _, u := range s.rates[i] {
			put(u.slot-last, u.n)
			last = u.slot
		}
	}
	for _, list := range [][]spent{s.days, s.months} {
		put(int64(len(list)))
		for _, p := range list {
			put(p.period, p.tokens, p.money)
		}
	}
	put(int64(len(s.held)))
	for i := range s.held {
		h := &s.held[i]
		put(int64(len(h.id)))
		b = append(b, h.id...)
		put(h.requests, h.tokens, h.money, h.slots[0], h.slots[1], h.slots[2], h.day, h.month, h.until, h.lease)
	}
	return b
}

var errState = errors.New("what was kept of it cannot be read")

// reader takes numbers off its bytes; once one is missing it gives zeros, and bad is set.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) number() int64 {
	n, size := binary.Varint(r.b)
	if size <= 0 {
		r.b, r.bad = nil, true
		return 0
	}
	r.b = r.b[size:]
	return n
}

// count reads the length of a list, whose elements have each some bytes.
func (r *reader) count(size int) int {
	n := r.number()
	if n < 0 || n > int64(len(r.b)/size) {
		r.bad = true
		return 0
	}
	return int(n)
}

func (r *reader) text() string {
	n := r.count(1)
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

// decode reads a state; no bytes are the zero State.
func decode(b []byte) (*State, error) {
	s := &State{}
	if len(b) == 0 {
		return s, nil
	}
	r := &reader{b: b[1:], bad: b[0] != codecVersion && b[0] != withoutLease}
	for i := range s.rates {
		list, last := make([]slotted, r.count(2)), int64(0)
		for k := range list {
			list[k] = slotted{last + r.number(), r.number()}
			last = list[k].slot
		}
		s.rates[i] = list
	}
	for _, into := range []*[]spent{&s.days, &s.months} {
		list := make([]spent, r.count(3))
		for k := range list {
			list[k] = spent{r.number(), r.number(), r.number()}
		}
		*into = list
	}
	s.held = make([]hold, r.count(10))
	for k := range s.held {
		if s.held[k] = r.hold(); b[0] == withoutLease {
			s.held[k].lease = s.held[k].until
		} else {
			s.held[k].lease = r.number()
		}
	}
	if r.bad || len(r.b) > 0 {
		return nil, errState
	}
	return s, nil
}

func (r *reader) hold() (h hold) {
	h.id = r.text()
	for _, n := range []*int64{&h.requests, &h.tokens, &h.money, &h.slots[0], &h.slots[1], &h.slots[2], &h.day, &h.month, &h.until} {
		*n = r.number()
	}
	return h
}
