package cli

import "sync"

// remembered keeps what f gives for each key, for what is asked at every call and never changes while a command runs.
func remembered[K comparable, V any](f func(K) V) func(K) V {
	const most = 10_000 // keys may come from outside: tenants do
	var mu sync.RWMutex
	known := map[K]V{}
	return func(key K) V {
		mu.RLock()
		v, ok := known[key]
		mu.RUnlock()
		if ok {
			return v
		}
		v = f(key)
		mu.Lock()
		defer mu.Unlock()
		if len(known) >= most {
			clear(known)
		}
		known[key] = v
		return v
	}
}
