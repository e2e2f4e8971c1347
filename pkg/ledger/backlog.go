package ledger

// backlog is a list of records that grows at its end and is taken from its front. It never moves one, so that what was
// read of it may be written to the database while others are added. Its methods need the lock of their queue.
type backlog struct {
	first, last *block
	begun       int // records of the first block that are gone
	n           int
	spares      spares
}

// block is a part of the list.
type block struct {
	records []Record
	next    *block
}

const blockSize = 64 // records in a block: about 50 KB

func (b *backlog) add(r *Record) {
	switch {
	case b.first == nil:
		b.first = b.spares.take()
		b.last = b.first
	case len(b.last.records) == blockSize:
		b.last.next = b.spares.take()
		b.last = b.last.next
	}
	b.last.records = append(b.last.records, *r)
	b.n++
}

// oldest adds the oldest records to list, as many as fit it.
func (b *backlog) oldest(list []*Record) []*Record {
	begun := b.begun
	for block := b.first; block != nil; block = block.next {
		for i := begun; i < len(block.records); i++ {
			if len(list) == cap(list) {
				return list
			}
			list = append(list, &block.records[i])
		}
		begun = 0
	}
	return list
}

// drop takes n of the oldest away. They are zero by then.
func (b *backlog) drop(n int) {
	b.n -= n
	for n > 0 {
		left := blockSize - b.begun
		if n < left {
			b.begun += n
			return
		}
		n -= left
		gone := b.first
		b.first, b.begun = gone.next, 0
		b.spares.put(gone)
	}
}

// spares are empty blocks, made ahead of need by a goroutine of their own. Whoever allocates while the garbage collector
// runs has to help it, for milliseconds at times: this goroutine, and not the call that is recorded.
type spares struct{ ready chan *block }

func newSpares(stop <-chan struct{}) spares {
	s := spares{make(chan *block, 4)}
	go func() {
		for {
			select {
			case s.ready <- newBlock():
			case <-stop:
				return
			}
		}
	}()
	return s
}

func newBlock() *block { return &block{records: make([]Record, 0, blockSize)} }

func (s spares) take() *block {
	select {
	case b := <-s.ready:
		return b
	default: // calls come faster than it makes them
		return newBlock()
	}
}

// put takes back a block whose records are zero.
func (s spares) put(b *block) {
	b.records, b.next = b.records[:0], nil
	select {
	case s.ready <- b:
	default:
	}
}
