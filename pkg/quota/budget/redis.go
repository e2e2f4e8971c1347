package budget

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/redisdb"
)

// Redis keeps states in a Redis server, which machines share. Every decision is one script, which Redis runs alone.
//
// A scope is a hash, quota:state:SCOPE, with the fields
//
//	w:RESOURCE:SLOT  what a rate used in a slot
//	l:ID             until when a call under way counts, in ms
//	p:PERIOD:t, :m   tokens and nano-dollars of a day or a month
//	r:ID             a reservation: requests tokens money slots… day month until
//
// and the limits that were set are the hash quota:limits:SCOPE. Both are numbers that HINCRBY keeps exact.
type Redis struct {
	db *redisdb.DB
}

// NewRedis makes a store over db, which the caller closes.
func NewRedis(db *redisdb.DB) *Redis { return &Redis{db} }

func (s *Redis) state(scope Scope) string     { return s.db.Key("quota", "state", string(scope)) }
func (s *Redis) limitsKey(scope Scope) string { return s.db.Key("quota", "limits", string(scope)) }

// decideScript settles calls that ended, then decides on one. KEYS: the states of each settlement's scopes; state and
// limits of each scope of the call. ARGV: the number of settlements, and for each its id, requests, tokens, money and
// number of scopes; then of the call id, requests, tokens, money, now and until in ms, the slots of rpm, tpm and rpd,
// day, month, the last time until which any call under way may count; then for each scope the number of its limits and
// their names and amounts. It returns {0, then for each scope its used amounts in the order of names} or {1, then scope
// number, resource, limit and used of each limit that is reached}.
var decideScript = redisdb.Script(`
local function settle(key, id, requests, tokens, money)
	local held = redis.call('HGET', key, 'r:' .. id)
	if not held then return end
	local f = {}
	for word in string.gmatch(held, '%S+') do table.insert(f, word) end
	local function add(field, n)
		if n ~= 0 and redis.call('HINCRBY', key, field, string.format('%.0f', n)) == 0 and string.sub(field, 1, 2) == 'w:' then
			redis.call('HDEL', key, field)
		end
	end
	add('w:rpm:' .. f[4], requests - f[1])
	add('w:tpm:' .. f[5], tokens - f[2])
	add('w:rpd:' .. f[6], requests - f[1])
	for _, period in ipairs({f[7], f[8]}) do
		add('p:' .. period .. ':t', tokens - f[2])
		add('p:' .. period .. ':m', money - f[3])
	end
	redis.call('HDEL', key, 'r:' .. id, 'l:' .. id)
end

local first, from = 1, 2
for _ = 1, tonumber(ARGV[1]) do
	local n = tonumber(ARGV[from + 4])
	for k = first, first + n - 1 do settle(KEYS[k], ARGV[from], ARGV[from + 1], ARGV[from + 2], ARGV[from + 3]) end
	first, from = first + n, from + 5
end
if first > #KEYS then return {0} end

local id, requests, tokens, money = ARGV[from], tonumber(ARGV[from + 1]), tonumber(ARGV[from + 2]), tonumber(ARGV[from + 3])
local now, untilms, day, month, last = tonumber(ARGV[from + 4]), ARGV[from + 5], ARGV[from + 9], ARGV[from + 10], ARGV[from + 11]
local slot = {rpm = tonumber(ARGV[from + 6]), tpm = tonumber(ARGV[from + 7]), rpd = tonumber(ARGV[from + 8])}
local slots = {rpm = 60, tpm = 60, rpd = 72}
local names = {'rpm', 'tpm', 'rpd', 'concurrency', 'tokens_per_day', 'tokens_per_month', 'usd_per_day', 'usd_per_month'}
local needs = {rpm = requests, tpm = tokens, rpd = requests, concurrency = 1, tokens_per_day = tokens,
	tokens_per_month = tokens, usd_per_day = money, usd_per_month = money}

local function prune(key, periods)
	for length, list in pairs(periods) do
		table.sort(list)
		for i = 1, #list - 3 do redis.call('HDEL', key, 'p:' .. list[i] .. ':t', 'p:' .. list[i] .. ':m') end
	end
end

local function look(key)
	local used = {rpm = 0, tpm = 0, rpd = 0, concurrency = 0, tokens_per_day = 0, tokens_per_month = 0, usd_per_day = 0, usd_per_month = 0}
	local periods = {[7] = {}, [10] = {}}
	local flat = redis.call('HGETALL', key)
	for i = 1, #flat, 2 do
		local field, value = flat[i], flat[i + 1]
		local kind = string.sub(field, 1, 2)
		if kind == 'w:' then
			local name, at = string.match(field, '^w:(%a+):(%-?%d+)$')
			at = tonumber(at)
			if at < slot[name] - slots[name] then
				redis.call('HDEL', key, field)
			else
				used[name] = used[name] + tonumber(value)
				if at > slot[name] then
					redis.call('HDEL', key, field)
					redis.call('HINCRBY', key, 'w:' .. name .. ':' .. string.format('%.0f', slot[name]), value)
				end
			end
		elseif kind == 'l:' then
			if tonumber(value) > now then
				used.concurrency = used.concurrency + 1
				if tonumber(value) > tonumber(last) then
					local held = 'r:' .. string.sub(field, 3)
					redis.call('HSET', key, field, last, held, (string.gsub(redis.call('HGET', key, held), '%S+$', last)))
				end
			else
				redis.call('HDEL', key, field, 'r:' .. string.sub(field, 3))
			end
		elseif kind == 'p:' then
			local period, what = string.match(field, '^p:([%d-]+):(%a)$')
			local n = tonumber(value)
			if what == 't' then table.insert(periods[#period], period) end
			if period == day and what == 't' then used.tokens_per_day = n end
			if period == day and what == 'm' then used.usd_per_day = n end
			if period == month and what == 't' then used.tokens_per_month = n end
			if period == month and what == 'm' then used.usd_per_month = n end
		end
	end
	prune(key, periods)
	return used
end

local at, reached, looked, bounds = from + 12, {1}, {}, {}
for k = first, #KEYS, 2 do
	local limits = {}
	for i = 1, tonumber(ARGV[at]) do
		limits[ARGV[at + 2 * i - 1]] = ARGV[at + 2 * i]
	end
	at = at + 1 + 2 * tonumber(ARGV[at])
	local own = redis.call('HGETALL', KEYS[k + 1])
	for i = 1, #own, 2 do limits[own[i]] = own[i + 1] end
	local used = look(KEYS[k])
	for _, name in ipairs(names) do
		local limit = tonumber(limits[name] or '0')
		if limit > 0 and needs[name] > 0 and used[name] + needs[name] > limit then
			table.insert(reached, (k - first) / 2)
			table.insert(reached, name)
			table.insert(reached, limits[name])
			table.insert(reached, string.format('%.0f', used[name]))
		end
	end
	looked[k], bounds[k] = used, limits
end
if #reached > 1 then return reached end

local out = {0}
for k = first, #KEYS, 2 do
	local key = KEYS[k]
	local function add(field, n) if n ~= 0 then redis.call('HINCRBY', key, field, string.format('%.0f', n)) end end
	add('w:rpm:' .. ARGV[from + 6], requests)
	add('w:tpm:' .. ARGV[from + 7], tokens)
	add('w:rpd:' .. ARGV[from + 8], requests)
	for _, period in ipairs({day, month}) do
		redis.call('HINCRBY', key, 'p:' .. period .. ':t', ARGV[from + 2])
		redis.call('HINCRBY', key, 'p:' .. period .. ':m', ARGV[from + 3])
	end
	redis.call('HSET', key, 'l:' .. id, untilms, 'r:' .. id,
		table.concat({ARGV[from + 1], ARGV[from + 2], ARGV[from + 3], ARGV[from + 6], ARGV[from + 7], ARGV[from + 8], day, month, untilms}, ' '))
	redis.call('PEXPIRE', key, 8640000000)
	for _, name in ipairs(names) do
		table.insert(out, string.format('%.0f', looked[k][name] + needs[name]))
		table.insert(out, bounds[k][name] or '0')
	end
end
return out
`)

// Reserve implements Store.
func (s *Redis) Reserve(ctx context.Context, r Request) ([]Usage, error) {
	keys, args := s.settled(r.Settled, 2*len(r.Scopes))
	args = append(args, r.ID, r.Use.Requests, r.Use.Tokens, int64(r.Use.Money), r.Now.UnixMilli(), r.Until.UnixMilli())
	for i := range rates {
		args = append(args, rates[i].at(r.Now))
	}
	args = append(args, r.Now.UTC().Format(dayForm), r.Now.UTC().Format(monthForm), longest(r.Now, r.Until).UnixMilli())
	for _, b := range r.Scopes {
		keys = append(keys, s.state(b.Scope), s.limitsKey(b.Scope))
		args = append(args, len(b.Limits))
		for res, n := range b.Limits {
			args = append(args, string(res), n)
		}
	}
	reply, err := decideScript().Run(ctx, s.db, keys, args...).Slice()
	if err != nil {
		return nil, s.db.Explain(err)
	}
	if reply[0] == int64(1) {
		return nil, s.reached(ctx, r, reply[1:])
	}
	return usages(r, reply[1:]), nil
}

// settled begins the script's KEYS and ARGV with the settlements.
func (s *Redis) settled(settled []Settlement, more int) (keys []string, args []any) {
	keys = make([]string, 0, more+4*len(settled))
	args = append(make([]any, 0, 12+9*more+5*len(settled)), len(settled))
	for _, one := range settled {
		for _, scope := range one.Scopes {
			keys = append(keys, s.state(scope))
		}
		args = append(args, one.ID, one.Use.Requests, one.Use.Tokens, int64(one.Use.Money), len(one.Scopes))
	}
	return keys, args
}

// usages reads what the script tells of each scope: used and limit of every resource.
func usages(r Request, reply []any) []Usage {
	var out []Usage
	for _, b := range r.Scopes {
		u := Usage{Scope: b.Scope, Used: map[Resource]int64{}, Limits: Limits{}}
		for _, res := range resources {
			if limit := whole(reply[1]); limit > 0 {
				u.Used[res], u.Limits[res] = whole(reply[0]), limit
			}
			reply = reply[2:]
		}
		out = append(out, u)
	}
	return out
}

func whole(v any) int64 {
	s, _ := v.(string)
	return number(s)
}

// reached makes the error of the limits that the script found reached.
func (s *Redis) reached(ctx context.Context, r Request, reply []any) error {
	var worst *LimitError
	for ; len(reply) >= 4; reply = reply[4:] {
		i, _ := reply[0].(int64)
		name, _ := reply[1].(string)
		e := &LimitError{
			Scope: r.Scopes[i].Scope, Resource: Resource(name), Limit: whole(reply[2]), Used: whole(reply[3]),
			Need: r.Use.needs(Resource(name)),
		}
		if e.Need <= e.Limit {
			state, _, err := s.Get(ctx, e.Scope)
			if err != nil {
				return err
			}
			if state != nil {
				state.foresee(e, r.Now)
			}
		}
		worst = worse(worst, e)
	}
	return worst
}

// Settle implements Store.
func (s *Redis) Settle(ctx context.Context, settled ...Settlement) error {
	keys, args := s.settled(settled, 0)
	return s.db.Explain(decideScript().Run(ctx, s.db, keys, args...).Err())
}

// Get implements Store.
func (s *Redis) Get(ctx context.Context, scope Scope) (*State, Limits, error) {
	fields, err := s.db.HGetAll(ctx, s.state(scope)).Result()
	if err != nil {
		return nil, nil, s.db.Explain(err)
	}
	set, err := s.db.HGetAll(ctx, s.limitsKey(scope)).Result()
	if err != nil || len(fields) == 0 && len(set) == 0 {
		return nil, nil, s.db.Explain(err)
	}
	var limits Limits
	for res, n := range set {
		if limits == nil {
			limits = Limits{}
		}
		limits[Resource(res)] = number(n)
	}
	state, err := parseState(fields)
	return state, limits, err
}

const (
	dayForm   = "2006-01-02"
	monthForm = "2006-01"
)

// parseState reads the fields of a scope's hash. Each reservation is there twice, in l:ID for the script.
func parseState(fields map[string]string) (*State, error) {
	s := &State{}
	for field, value := range fields {
		kind, rest, _ := strings.Cut(field, ":")
		name, last, _ := strings.Cut(rest, ":")
		switch kind {
		case "w":
			if i, ok := rateOf(Resource(name)); ok {
				s.add(i, number(last), number(value))
			}
		case "p":
			list := &s.days
			if len(name) == len(monthForm) {
				list = &s.months
			}
			if last == "t" {
				*list = spend(*list, period(name), number(value), 0)
			} else {
				*list = spend(*list, period(name), 0, number(value))
			}
		case "r":
			h, err := parseHold(value)
			if err != nil {
				return nil, fmt.Errorf("field %s: %w", field, err)
			}
			h.id = rest
			s.held = append(s.held, h)
		}
	}
	return s, nil
}

func parseHold(text string) (h hold, _ error) {
	f := strings.Fields(text)
	if len(f) != 9 {
		return h, errors.New("not a reservation")
	}
	h = hold{requests: number(f[0]), tokens: number(f[1]), money: number(f[2]), day: period(f[6]), month: period(f[7]), until: number(f[8])}
	for i := range rates {
		h.slots[i] = number(f[3+i])
	}
	return h, nil
}

// period reads a day or a month as dayOf and monthOf give it.
func period(text string) int64 { return number(strings.ReplaceAll(text, "-", "")) }

func number(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}

// Scopes implements Store.
func (s *Redis) Scopes(ctx context.Context) ([]Scope, error) { return s.list(ctx, "state", "limits") }

// Limited implements Store.
func (s *Redis) Limited(ctx context.Context) ([]Scope, error) { return s.list(ctx, "limits") }

func (s *Redis) list(ctx context.Context, kinds ...string) ([]Scope, error) {
	var out []Scope
	for _, kind := range kinds {
		prefix := s.db.Key("quota", kind, "")
		it := s.db.Scan(ctx, 0, escapeGlob(prefix)+"*", 200).Iterator()
		for it.Next(ctx) {
			out = append(out, Scope(strings.TrimPrefix(it.Val(), prefix)))
		}
		if err := it.Err(); err != nil {
			return nil, s.db.Explain(err)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// escapeGlob keeps a namespace from being taken for a pattern.
func escapeGlob(s string) string {
	var b strings.Builder
	for _, c := range s {
		if strings.ContainsRune(`*?[]\^`, c) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// Limits implements Store.
func (s *Redis) Limits(ctx context.Context, scope Scope) (Limits, error) {
	_, limits, err := s.Get(ctx, scope)
	return limits, err
}

// SetLimits implements Store.
func (s *Redis) SetLimits(ctx context.Context, scope Scope, limits Limits) error {
	pipe := s.db.TxPipeline()
	pipe.Del(ctx, s.limitsKey(scope))
	for res, n := range limits {
		pipe.HSet(ctx, s.limitsKey(scope), string(res), strconv.FormatInt(n, 10))
	}
	_, err := pipe.Exec(ctx)
	return s.db.Explain(err)
}

// Reset implements Store.
func (s *Redis) Reset(ctx context.Context, scope Scope) error {
	return s.db.Explain(s.db.Del(ctx, s.state(scope)).Err())
}

// Close implements Store; the pool is its owner's.
func (s *Redis) Close() error { return nil }
