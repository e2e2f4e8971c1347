package cache

import "encoding/json"

// flight is a question under way. All fields but done are set before done is closed, and only read after.
type flight struct {
	done   chan struct{}
	stored json.RawMessage // the answer, where it may serve others
	shared error           // a provider's refusal, which the others would have met too
	again  bool            // the one who asked was stopped: another one asks
}

// board joins the flight of a key; first tells that there was none.
func (c *Cache) board(key string) (f *flight, first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f = c.flights[key]; f != nil {
		return f, false
	}
	f = &flight{done: make(chan struct{})}
	c.flights[key] = f
	return f, true
}

func (c *Cache) land(key string, f *flight) {
	c.mu.Lock()
	delete(c.flights, key)
	c.mu.Unlock()
	close(f.done)
}
