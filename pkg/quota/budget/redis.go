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
//	l:ID             the lease: until when a call counts as under way, in ms
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

// Reserve implements Store.
func (s *Redis) Reserve(ctx context.Context, r Request) ([]Usage, error) {
	keys, args := s.settled(r.Settled, 2*len(r.Scopes))
	keys, args = s.renewed(keys, args, r.Renewed)
	if len(r.Scopes) == 0 {
		return nil, s.db.Explain(decideScript().Run(ctx, s.db, keys, args...).Err())
	}
	args = append(args, r.ID, r.Use.Requests, r.Use.Tokens, int64(r.Use.Money), r.Now.UnixMilli(), r.Until.UnixMilli())
	for i := range rates {
		args = append(args, rates[i].at(r.Now))
	}
	args = append(args, r.Now.UTC().Format(dayForm), r.Now.UTC().Format(monthForm), longest(r.Now, r.Until).UnixMilli(), r.lease().UnixMilli())
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
	args = append(make([]any, 0, 15+9*more+5*len(settled)), len(settled))
	for _, one := range settled {
		for _, scope := range one.Scopes {
			keys = append(keys, s.state(scope))
		}
		args = append(args, one.ID, one.Use.Requests, one.Use.Tokens, int64(one.Use.Money), len(one.Scopes))
	}
	return keys, args
}

// renewed goes on with the renewals.
func (s *Redis) renewed(keys []string, args []any, renewed []Renewal) ([]string, []any) {
	args = append(args, len(renewed))
	for _, n := range renewed {
		keys = append(keys, s.state(n.Scope))
		args = append(args, n.Lease.UnixMilli(), len(n.IDs))
		for _, id := range n.IDs {
			args = append(args, id)
		}
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
	_, err := s.Reserve(ctx, Request{Settled: settled})
	return err
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

// parseState reads the fields of a scope's hash.
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
			if h.id, h.lease = rest, h.until; fields["l:"+rest] != "" {
				h.lease = number(fields["l:"+rest])
			}
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
