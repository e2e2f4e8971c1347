package batch

import (
	"crypto/sha256"
	"encoding/binary"
)

// known keeps the ids of a batch apart: which have been read and which have a record. It takes some
// twenty bytes an id, whatever its length, and is all that grows with the batch. Ids are told
// apart by 64 bits of their SHA-256: among a million, two are taken for the same with a chance of one in
// thirty-seven million.
type known struct {
	entries map[uint64]entry
	done    int
}

// entry packs what is known of an id: 32 bits of its record's hash, two flags, its place in the input.
type entry uint64

const (
	entryDone   entry = 1 << 31 // the output has its record
	entryFailed entry = 1 << 30 // which is a failure
	entryPlace  entry = 1<<30 - 1
	unmet             = entryPlace // not read yet from the input
)

func newEntry(hash uint64, place, flags entry) entry {
	return entry(hash)&^(1<<32-1) | flags | min(place, unmet-1)
}

func (e entry) is(hash uint64) bool { return uint64(e)>>32 == hash>>32 }
func (e entry) met() bool           { return e&entryPlace != unmet }
func (e entry) place() int64        { return int64(e & entryPlace) } //nolint:gosec // 30 bits

func newKnown() *known { return &known{entries: map[uint64]entry{}} }

func idKey(id string) uint64 {
	sum := sha256.Sum256([]byte(id))
	return binary.BigEndian.Uint64(sum[:8])
}

// wrote takes over a record of the output; false when its id has one already.
func (k *known) wrote(id string, hash uint64, failed bool) bool {
	key := idKey(id)
	if _, twice := k.entries[key]; twice {
		return false
	}
	flags := entryDone
	if failed {
		flags |= entryFailed
	}
	k.entries[key] = entry(hash)&^(1<<32-1) | flags | unmet
	k.done++
	return true
}

// sighting is what is known of an id that the input has come to.
type sighting int

const (
	isNew sighting = iota
	isDone
	isFailed // done, and the record is a failure
	isTwice
	isChanged
)

// meet takes over a record of the input at its place.
func (k *known) meet(id string, hash uint64, place int) sighting {
	key := idKey(id)
	e, there := k.entries[key]
	switch {
	case !there:
		k.entries[key] = newEntry(hash, entry(place), 0) //nolint:gosec // not negative
		return isNew
	case e.met():
		return isTwice
	case !e.is(hash):
		return isChanged
	}
	k.entries[key] = newEntry(hash, entry(place), e&(entryDone|entryFailed)) //nolint:gosec // not negative
	if e&entryFailed != 0 {
		return isFailed
	}
	return isDone
}

// size is how many ids there are.
func (k *known) size() int { return len(k.entries) }

// place is where the id stands in the input.
func (k *known) place(id string) int64 { return k.entries[idKey(id)].place() }

// forget makes all ids that have records be read again, and drops the others.
func (k *known) forget() {
	for key, e := range k.entries {
		if e&entryDone == 0 {
			delete(k.entries, key)
			continue
		}
		k.entries[key] = e | unmet
	}
}

// isUnmet tells whether the output has a record of an id that the input has not.
func (k *known) isUnmet(id string) bool {
	e, there := k.entries[idKey(id)]
	return there && !e.met()
}

// unmet counts such ids.
func (k *known) unmet() int {
	n := 0
	for _, e := range k.entries {
		if !e.met() {
			n++
		}
	}
	return n
}
