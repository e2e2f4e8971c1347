package cache

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/llmops-toolkit/llmops/pkg/redisdb"
)

// Redis keeps entries in a Redis server that machines share.
//
// An entry is a string at cache:entry:KEY with a time to live of Redis's own. Beside them are the sorted sets
// cache:used (by last use) and cache:expires, the hashes cache:size and cache:hits, and the sum cache:bytes,
// which one script keeps together.
type Redis struct {
	db    *redisdb.DB
	limit int64
}

// NewRedis makes a store over db, which the caller closes after it. limit is the most bytes of answers that
// are kept; 0 means no limit.
func NewRedis(db *redisdb.DB, limit int64) *Redis { return &Redis{db, limit} }

// Get implements Store.
func (s *Redis) Get(ctx context.Context, key string, now time.Time) (*Entry, error) {
	data, err := s.db.Get(ctx, s.entryKey(key)).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, s.db.Explain(err)
	}
	var e Entry
	if err := json.Unmarshal(data, &e); err != nil || !e.Expires.IsZero() && !now.Before(e.Expires) {
		return nil, nil // what somebody else wrote there is no answer
	}
	return &e, nil
}

func (s *Redis) entryKey(key string) string { return s.db.Key("cache", "entry", key) }

// bookkeeping lists the keys that every script is given, in this order.
func (s *Redis) bookkeeping() []string {
	return []string{
		s.db.Key("cache", "used"), s.db.Key("cache", "expires"), s.db.Key("cache", "size"), s.db.Key("cache", "hits"),
		s.db.Key("cache", "bytes"),
	}
}

// remove is the part of the scripts that takes entries out of the books.
const remove = `
local function remove(prefix, key)
	local size = redis.call('HGET', KEYS[3], key)
	if size then redis.call('DECRBY', KEYS[5], size) end
	redis.call('DEL', prefix .. key)
	redis.call('ZREM', KEYS[1], key)
	redis.call('ZREM', KEYS[2], key)
	redis.call('HDEL', KEYS[3], key)
	redis.call('HDEL', KEYS[4], key)
	return size or 0
end
`

// add stores an entry and shrinks the store to its limit.
// ARGV: prefix of entries, key, entry, size, used (ms), expires (ms, 0 for never), now (ms), limit.
var add = redisdb.Script(remove + `
local prefix, key, size, now, limit = ARGV[1], ARGV[2], tonumber(ARGV[4]), tonumber(ARGV[7]), tonumber(ARGV[8])
local hits = redis.call('HGET', KEYS[4], key)
remove(prefix, key)
redis.call('SET', prefix .. key, ARGV[3])
redis.call('ZADD', KEYS[1], ARGV[5], key)
redis.call('HSET', KEYS[3], key, size)
if hits then redis.call('HSET', KEYS[4], key, hits) end
redis.call('INCRBY', KEYS[5], size)
if ARGV[6] ~= '0' then
	redis.call('PEXPIREAT', prefix .. key, ARGV[6])
	redis.call('ZADD', KEYS[2], ARGV[6], key)
end
for _, old in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 1000)) do remove(prefix, old) end
local bytes = tonumber(redis.call('GET', KEYS[5]) or '0')
if limit > 0 and bytes > limit then
	local goal = limit - limit / 20
	while bytes > goal do
		local oldest = redis.call('ZRANGE', KEYS[1], 0, 99)
		if #oldest == 0 then break end
		for _, old in ipairs(oldest) do
			bytes = bytes - remove(prefix, old)
			if bytes <= goal then break end
		end
	end
end
return bytes
`)

// use counts uses. ARGV: key, hits, time (ms) of each.
var use = redisdb.Script(`
for i = 1, #ARGV, 3 do
	if redis.call('HEXISTS', KEYS[3], ARGV[i]) == 1 then
		redis.call('ZADD', KEYS[1], 'GT', ARGV[i + 2], ARGV[i])
		redis.call('HINCRBY', KEYS[4], ARGV[i], ARGV[i + 1])
	end
end
return 0
`)

// drop removes entries. ARGV: prefix of entries, then their keys.
var drop = redisdb.Script(remove + `
for i = 2, #ARGV do remove(ARGV[1], ARGV[i]) end
return #ARGV - 1
`)

// Write implements Store.
func (s *Redis) Write(ctx context.Context, added []Entry, used []Use, now time.Time) error {
	for _, e := range added {
		data, err := json.Marshal(&e)
		if err != nil {
			return err
		}
		var expires int64
		if !e.Expires.IsZero() {
			expires = e.Expires.UnixMilli()
		}
		err = add().Run(ctx, s.db, s.bookkeeping(), s.entryKey(""), e.Key, data, e.Size, e.Used.UnixMilli(), expires,
			now.UnixMilli(), s.limit).Err()
		if err != nil {
			return s.db.Explain(err)
		}
	}
	if len(used) == 0 {
		return nil
	}
	args := make([]any, 0, 3*len(used))
	for _, u := range used {
		args = append(args, u.Key, u.Hits, u.At.UnixMilli())
	}
	return s.db.Explain(use().Run(ctx, s.db, s.bookkeeping(), args...).Err())
}

// page is how many entries are read or removed at a time.
const page = 200

// Each implements Keeper.
func (s *Redis) Each(ctx context.Context, f Filter) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		keys, err := s.db.ZRevRangeWithScores(ctx, s.db.Key("cache", "used"), 0, -1).Result()
		for start := 0; start < len(keys) && err == nil; start += page {
			var entries []Entry
			entries, err = s.read(ctx, keys[start:min(start+page, len(keys))])
			for i := range entries {
				if f.matches(&entries[i]) && !yield(entries[i], nil) {
					return
				}
			}
		}
		if err != nil {
			yield(Entry{}, s.db.Explain(err))
		}
	}
}

// read gives the heads of entries; those that have gone are left out.
func (s *Redis) read(ctx context.Context, keys []redis.Z) ([]Entry, error) {
	var names, full []string
	for _, z := range keys {
		name, _ := z.Member.(string)
		names, full = append(names, name), append(full, s.entryKey(name))
	}
	values, err := s.db.MGet(ctx, full...).Result()
	if err != nil {
		return nil, err
	}
	hits, err := s.db.HMGet(ctx, s.db.Key("cache", "hits"), names...).Result()
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for i, v := range values {
		text, ok := v.(string)
		var e Entry
		if !ok || json.Unmarshal([]byte(text), &e) != nil {
			continue
		}
		e.Response, e.Used = nil, time.UnixMilli(int64(keys[i].Score)).UTC()
		if n, ok := hits[i].(string); ok {
			e.Hits, _ = strconv.ParseInt(n, 10, 64)
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// Clear implements Keeper.
func (s *Redis) Clear(ctx context.Context, f Filter) (int, error) {
	args, n := []any{s.entryKey("")}, 0
	flush := func() error {
		if len(args) == 1 {
			return nil
		}
		n += len(args) - 1
		err := drop().Run(ctx, s.db, s.bookkeeping(), args...).Err()
		args = args[:1]
		return s.db.Explain(err)
	}
	for e, err := range s.Each(ctx, f) {
		if err != nil {
			return n, err
		}
		if args = append(args, e.Key); len(args) > page {
			if err := flush(); err != nil {
				return n, err
			}
		}
	}
	return n, flush()
}

// Stats implements Keeper.
func (s *Redis) Stats(ctx context.Context, now time.Time) (Stats, error) {
	st := Stats{Limit: s.limit}
	pipe := s.db.Pipeline()
	entries := pipe.HLen(ctx, s.db.Key("cache", "size"))
	bytes := pipe.Get(ctx, s.db.Key("cache", "bytes"))
	hits := pipe.HVals(ctx, s.db.Key("cache", "hits"))
	expired := pipe.ZCount(ctx, s.db.Key("cache", "expires"), "-inf", strconv.FormatInt(now.UnixMilli(), 10))
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return st, s.db.Explain(err)
	}
	st.Entries, st.Expired = entries.Val(), expired.Val()
	st.Bytes, _ = bytes.Int64()
	for _, h := range hits.Val() {
		n, _ := strconv.ParseInt(h, 10, 64)
		st.Hits += n
	}
	return st, nil
}

// Close implements Keeper; the pool is its owner's.
func (s *Redis) Close() error { return nil }
