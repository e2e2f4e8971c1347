package tokens

import (
	"io"
	"runtime"
	"sync"
	"sync/atomic"
)

// reading counts what a reader gives: this goroutine reads, mends and cuts, and for a long text others
// count the parts. Memory is a few blocks, however long the text.
type reading struct {
	stream
	mender
	seen func(text []byte) // called with the mended text, part by part; may be nil

	parts   int // handed out so far
	jobs    chan []byte
	free    chan []byte
	counted atomic.Int64
	wait    sync.WaitGroup
}

func (c *codec) newReading(seen func([]byte)) *reading {
	r := &reading{seen: seen}
	r.codec, r.s = c, c.get()
	r.hand = r.give
	return r
}

// read counts all of in. An error of in is returned as it is.
func (r *reading) read(in io.Reader) (tokens int, err error) {
	defer r.stop()
	buf := make([]byte, 64<<10)
	for {
		n, err := in.Read(buf)
		if n > 0 {
			r.write(buf[:n])
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return 0, err
		}
	}
	r.take(r.mender.close(r.text), true)
	r.stop()
	return r.tokens + int(r.counted.Load()), nil
}

func (r *reading) write(p []byte) { r.take(r.mender.add(r.text, p), false) }

// take makes text, which goes on the kept text, what the stream has, and counts what can be counted.
func (r *reading) take(text []byte, end bool) {
	if r.seen != nil {
		r.seen(text[len(r.text):])
	}
	r.text = text
	r.drain(end)
}

// give counts a part here, or has another goroutine count a copy of it. The first parts are counted
// here, so that short texts start no goroutines.
func (r *reading) give(part []byte) {
	r.parts++
	if r.parts <= 2 || runtime.GOMAXPROCS(0) == 1 {
		r.tokens += r.codec.count(part, r.s)
		return
	}
	if r.jobs == nil {
		r.start(runtime.GOMAXPROCS(0))
	}
	r.jobs <- append((<-r.free)[:0], part...)
}

func (r *reading) start(workers int) {
	r.jobs, r.free = make(chan []byte, workers), make(chan []byte, 2*workers)
	for range cap(r.free) {
		r.free <- nil
	}
	r.wait.Add(workers)
	for range workers {
		go r.work()
	}
}

func (r *reading) work() {
	defer r.wait.Done()
	s := r.codec.get()
	defer r.codec.put(s)
	for part := range r.jobs {
		r.counted.Add(int64(r.codec.count(part, s)))
		r.free <- part
	}
}

// stop ends the goroutines, and may be called twice.
func (r *reading) stop() {
	if r.jobs != nil {
		close(r.jobs)
		r.wait.Wait()
		r.jobs = nil
	}
	if r.s != nil {
		r.codec.put(r.s)
		r.s = nil
	}
}
