package cache_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/cache"
	"github.com/llmops-toolkit/llmops/pkg/internal/redistest"
	"github.com/llmops-toolkit/llmops/pkg/redisdb"
	"github.com/llmops-toolkit/llmops/pkg/sqlite"
)

// stores makes each kind of store, over a fresh database.
var stores = map[string]func(t testing.TB, limit int64) cache.Keeper{
	"sqlite": func(t testing.TB, limit int64) cache.Keeper {
		return openSQLite(t, filepath.Join(t.TempDir(), "llmops.db"), limit)
	},
	"redis": func(t testing.TB, limit int64) cache.Keeper { return openRedis(t, redistest.Start(t).URL, limit) },
}

func openSQLite(t testing.TB, path string, limit int64) *cache.SQLite {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := cache.NewSQLite(t.Context(), db, limit)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func openRedis(t testing.TB, url string, limit int64) *cache.Redis {
	t.Helper()
	db, err := redisdb.Open(redisdb.Config{URL: url, Namespace: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return cache.NewRedis(db, limit)
}

// The one conformance suite of all stores.
func TestStores(t *testing.T) {
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			for name, test := range map[string]func(*testing.T, func(limit int64) cache.Keeper){
				"what was written is read": written, "an expired entry answers nothing": expired, "the limit removes what was used longest ago": leastUsed,
				"an entry is replaced": replaced, "uses are counted": usesCounted, "filters": filtered, "an entry over the limit": tooLarge,
				"many writers": manyWriters,
			} {
				t.Run(name, func(t *testing.T) {
					test(t, func(limit int64) cache.Keeper { return open(t, limit) })
				})
			}
		})
	}
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// entry makes an entry of so many bytes.
func entry(key string, size int, at time.Time) cache.Entry {
	text := `"` + strings.Repeat("x", size-2) + `"`
	return cache.Entry{Key: key, Tenant: "t", Model: "p/m", Prompt: "greet@1.0.0", Created: at, Used: at, Size: int64(size), Response: json.RawMessage(text)}
}

func write(t *testing.T, s cache.Store, now time.Time, entries ...cache.Entry) {
	t.Helper()
	if err := s.Write(t.Context(), entries, nil, now); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, s cache.Store, key string, now time.Time) *cache.Entry {
	t.Helper()
	e, err := s.Get(t.Context(), key, now)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func keys(t *testing.T, s cache.Keeper, f cache.Filter) string {
	t.Helper()
	var list []string
	for e, err := range s.Each(t.Context(), f) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Response != nil {
			t.Errorf("%s comes with its answer", e.Key)
		}
		list = append(list, e.Key)
	}
	return strings.Join(list, " ")
}

func stats(t *testing.T, s cache.Keeper, now time.Time) cache.Stats {
	t.Helper()
	st, err := s.Stats(t.Context(), now)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func written(t *testing.T, open func(int64) cache.Keeper) {
	s := open(0)
	if e := get(t, s, "a", noon); e != nil {
		t.Errorf("an empty store gave %v", e)
	}
	want := entry("a", 10, noon)
	want.Expires = time.Now().Add(time.Hour).UTC().Truncate(time.Millisecond)
	write(t, s, noon, want)
	if diff := cmp.Diff(&want, get(t, s, "a", noon)); diff != "" {
		t.Error(diff)
	}
	if got := stats(t, s, noon); got != (cache.Stats{Entries: 1, Bytes: 10}) {
		t.Errorf("got %+v", got)
	}
}

func expired(t *testing.T, open func(int64) cache.Keeper) {
	s := open(0)
	now := time.Now().UTC().Truncate(time.Millisecond)
	e, other := entry("a", 10, now), entry("b", 20, now)
	e.Expires = now.Add(time.Hour)
	write(t, s, now, e, other)
	for _, c := range []struct {
		after time.Duration
		there bool
	}{{0, true}, {time.Hour - time.Millisecond, true}, {time.Hour, false}, {2 * time.Hour, false}} {
		if got := get(t, s, "a", now.Add(c.after)); (got != nil) != c.there {
			t.Errorf("after %v: got %v", c.after, got)
		}
	}
	if st := stats(t, s, now.Add(2*time.Hour)); st.Expired != 1 || st.Entries != 2 {
		t.Errorf("got %+v", st)
	}
	write(t, s, now.Add(2*time.Hour), entry("c", 5, now))
	if got := stats(t, s, now.Add(2*time.Hour)); got != (cache.Stats{Entries: 2, Bytes: 25}) {
		t.Errorf("after the next write: %+v", got)
	}
}

func leastUsed(t *testing.T, open func(int64) cache.Keeper) {
	s := open(1000)
	for i := range 10 {
		write(t, s, noon, entry(fmt.Sprint(i), 100, noon.Add(time.Duration(i)*time.Second)))
	}
	if st := stats(t, s, noon); st.Bytes != 1000 || st.Limit != 1000 {
		t.Fatalf("got %+v", st)
	}
	if err := s.Write(t.Context(), nil, []cache.Use{{Key: "0", At: noon.Add(time.Minute), Hits: 3}}, noon); err != nil {
		t.Fatal(err)
	}
	write(t, s, noon, entry("new", 100, noon.Add(30*time.Second)))
	if got := keys(t, s, cache.Filter{}); got != "0 new 9 8 7 6 5 4 3" {
		t.Errorf("left are %s", got)
	}
	if st := stats(t, s, noon); st.Bytes != 900 || st.Entries != 9 {
		t.Errorf("got %+v", st)
	}
}

func tooLarge(t *testing.T, open func(int64) cache.Keeper) {
	s := open(100)
	write(t, s, noon, entry("small", 50, noon))
	write(t, s, noon, entry("huge", 200, noon.Add(time.Second)))
	if st := stats(t, s, noon); st.Bytes > 100 {
		t.Errorf("got %+v", st)
	}
	write(t, s, noon, entry("next", 50, noon.Add(2*time.Second)))
	if get(t, s, "next", noon) == nil {
		t.Error("the store takes nothing more")
	}
}

func replaced(t *testing.T, open func(int64) cache.Keeper) {
	s := open(0)
	first, second := entry("a", 10, noon), entry("a", 30, noon.Add(time.Hour))
	write(t, s, noon, first)
	write(t, s, noon, second)
	if got := get(t, s, "a", noon); string(got.Response) != string(second.Response) || !got.Created.Equal(second.Created) {
		t.Errorf("got %v", got)
	}
	if got := stats(t, s, noon); got != (cache.Stats{Entries: 1, Bytes: 30}) {
		t.Errorf("got %+v", got)
	}
}

func usesCounted(t *testing.T, open func(int64) cache.Keeper) {
	s := open(0)
	write(t, s, noon, entry("a", 10, noon), entry("b", 10, noon.Add(time.Second)))
	used := []cache.Use{{Key: "a", At: noon.Add(time.Minute), Hits: 2}, {Key: "gone", At: noon, Hits: 1}}
	for range 2 {
		if err := s.Write(t.Context(), nil, used, noon); err != nil {
			t.Fatal(err)
		}
	}
	for e, err := range s.Each(t.Context(), cache.Filter{Key: "a"}) {
		if err != nil || e.Hits != 4 || !e.Used.Equal(noon.Add(time.Minute)) {
			t.Errorf("got %+v, %v", e, err)
		}
	}
	if got := keys(t, s, cache.Filter{}); got != "a b" {
		t.Errorf("got %s", got)
	}
	if st := stats(t, s, noon); st.Hits != 4 || st.Entries != 2 {
		t.Errorf("got %+v", st)
	}
}

func filtered(t *testing.T, open func(int64) cache.Keeper) {
	s := open(0)
	for i, e := range []cache.Entry{
		{Key: "aa1", Tenant: "x", Model: "p/m", Prompt: "greet@1.0.0"},
		{Key: "aa2", Tenant: "x", Model: "p/n", Prompt: "greet@1.1.0"},
		{Key: "b%3", Tenant: "y", Model: "p/m", Prompt: "greeting@1.0.0"},
		{Key: "b_4", Tenant: "y", Model: "p/m"},
	} {
		e.Created = noon.Add(time.Duration(-i) * time.Hour)
		e.Used, e.Response, e.Size = e.Created, json.RawMessage("{}"), 2
		write(t, s, noon, e)
	}
	for name, c := range map[string]struct {
		f    cache.Filter
		want string
	}{
		"all": {cache.Filter{}, "aa1 aa2 b%3 b_4"}, "key": {cache.Filter{Key: "aa2"}, "aa2"}, "prefix": {cache.Filter{Key: "aa"}, "aa1 aa2"},
		"no wildcard": {cache.Filter{Key: "b_"}, "b_4"}, "tenant": {cache.Filter{Tenant: "y"}, "b%3 b_4"},
		"model": {cache.Filter{Model: "p/n"}, "aa2"}, "prompt's versions": {cache.Filter{Prompt: "greet"}, "aa1 aa2"},
		"a version": {cache.Filter{Prompt: "greet@1.1.0"}, "aa2"}, "older": {cache.Filter{Before: noon.Add(-90 * time.Minute)}, "b%3 b_4"},
		"two conditions": {cache.Filter{Tenant: "x", Model: "p/m"}, "aa1"}, "none": {cache.Filter{Tenant: "z"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := keys(t, s, c.f); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	for _, c := range []struct {
		f    cache.Filter
		n    int
		left string
	}{{cache.Filter{Tenant: "z"}, 0, "aa1 aa2 b%3 b_4"}, {cache.Filter{Key: "b_"}, 1, "aa1 aa2 b%3"}, {cache.Filter{}, 3, ""}} {
		n, err := s.Clear(t.Context(), c.f)
		if left := keys(t, s, cache.Filter{}); err != nil || n != c.n || left != c.left {
			t.Errorf("%+v: cleared %d (%v), left %q", c.f, n, err, left)
		}
	}
	if got := stats(t, s, noon); got != (cache.Stats{}) {
		t.Errorf("cleared, and still %+v", got)
	}
}

func manyWriters(t *testing.T, open func(int64) cache.Keeper) {
	s := open(5_000)
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 50 {
				key := fmt.Sprint(w, " ", i%10)
				if err := s.Write(t.Context(), []cache.Entry{entry(key, 100, noon.Add(time.Duration(i)))}, []cache.Use{{Key: key, At: noon, Hits: 1}}, noon); err != nil {
					t.Error(err)
				}
				if _, err := s.Get(t.Context(), key, noon); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	st := stats(t, s, noon)
	if st.Bytes > 5_000 || st.Bytes != 100*st.Entries || int64(len(strings.Fields(strings.ReplaceAll(keys(t, s, cache.Filter{}), " ", "\n"))))/2 != st.Entries {
		t.Errorf("got %+v, and the entries %s", st, keys(t, s, cache.Filter{}))
	}
}
