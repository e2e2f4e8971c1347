package tokens

import (
	"runtime"
	"sync"
	"sync/atomic"
)

const (
	parallelFrom  = 512 << 10 // bytes from which a text is counted on several cores
	parallelChunk = 128 << 10
)

// countAll counts a valid text, on as many cores as the process may use where that is worth it.
func (c *codec) countAll(b []byte) int {
	workers := min(runtime.GOMAXPROCS(0), len(b)/parallelFrom+1)
	if workers == 1 {
		s := c.get()
		n := c.count(b, s)
		c.put(s)
		return n
	}
	p := c.jobs.get(c)
	p.text = b
	p.wait.Add(workers)
	for range workers - 1 {
		go p.work()
	}
	p.work()
	p.wait.Wait()
	n := int(p.tokens.Load())
	c.jobs.put(p)
	return n
}

// parallel is one count on several cores. The workers take chunks of the text in turns, each from one
// safe cut to another.
type parallel struct {
	codec  *codec
	work   func() // takes chunks until none is left; bound once, so that starting it allocates nothing
	tokens atomic.Int64
	wait   sync.WaitGroup

	mu   sync.Mutex
	text []byte // what is not taken yet, guarded by mu
}

func (p *parallel) run() {
	defer p.wait.Done()
	s := p.codec.get()
	defer p.codec.put(s)
	for chunk := p.take(); len(chunk) > 0; chunk = p.take() {
		p.tokens.Add(int64(p.codec.count(chunk, s)))
	}
}

func (p *parallel) take() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	cut := p.codec.nextCut(p.text, parallelChunk)
	chunk := p.text[:cut]
	p.text = p.text[cut:]
	return chunk
}

// jobPool keeps parallels that are done, as pool does with scratch memory.
type jobPool struct {
	mu   sync.Mutex
	free []*parallel // guarded by mu
}

func (j *jobPool) get(c *codec) *parallel {
	j.mu.Lock()
	defer j.mu.Unlock()
	if n := len(j.free); n > 0 {
		p := j.free[n-1]
		j.free = j.free[:n-1]
		return p
	}
	p := &parallel{codec: c}
	p.work = p.run
	return p
}

func (j *jobPool) put(p *parallel) {
	p.text = nil
	p.tokens.Store(0)
	j.mu.Lock()
	j.free = append(j.free, p)
	j.mu.Unlock()
}
