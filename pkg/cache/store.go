package cache

import (
	"context"
	"iter"
	"strings"
	"time"
)

// Store keeps entries. SQLite and Redis are the two there are. It is safe for concurrent use, by several
// processes too.
type Store interface {
	// Get gives the entry of a key that may answer now, or nil.
	Get(ctx context.Context, key string, now time.Time) (*Entry, error)
	// Write adds entries and counts uses, and removes what is over the store's limit: what has expired, then
	// what was used longest ago.
	Write(ctx context.Context, added []Entry, used []Use, now time.Time) error
}

// Use tells that an entry has answered.
type Use struct {
	Key  string
	At   time.Time
	Hits int64
}

// Keeper is a Store as its owner sees it.
type Keeper interface {
	Store
	// Each gives the entries that the filter lets through, last used first, without their Response.
	Each(ctx context.Context, f Filter) iter.Seq2[Entry, error]
	// Clear removes the entries that the filter lets through, and tells how many.
	Clear(ctx context.Context, f Filter) (int, error)
	Stats(ctx context.Context, now time.Time) (Stats, error)
	Close() error
}

// Filter chooses entries. The zero value lets all through.
type Filter struct {
	Key    string // a key, or how it begins
	Tenant string
	Model  string
	Prompt string    // name@version, or a name for all its versions
	Before time.Time // created before
}

// Stats sums up a store.
type Stats struct {
	Entries int64 `json:"entries"`
	Bytes   int64 `json:"bytes"`   // of the answers
	Limit   int64 `json:"limit"`   // of Bytes; 0 means none
	Hits    int64 `json:"hits"`    // of the entries that are there
	Expired int64 `json:"expired"` // entries that wait for their removal
}

// matches does in Go what SQL does for SQLite.
func (f Filter) matches(e *Entry) bool {
	switch {
	case f.Key != "" && !strings.HasPrefix(e.Key, f.Key),
		f.Tenant != "" && e.Tenant != f.Tenant,
		f.Model != "" && e.Model != f.Model,
		f.Prompt != "" && e.Prompt != f.Prompt && !strings.HasPrefix(e.Prompt, f.Prompt+"@"),
		!f.Before.IsZero() && !e.Created.Before(f.Before):
		return false
	}
	return true
}
