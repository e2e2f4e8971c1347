package budget

import (
	"slices"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Resource is something that a limit bounds, named as the configuration and `llmops quota set` name it.
type Resource string

// The resources. Days and months are those of UTC.
const (
	RequestsPerMinute Resource = "rpm"
	TokensPerMinute   Resource = "tpm"
	RequestsPerDay    Resource = "rpd"
	Concurrency       Resource = "concurrency" // calls under way
	TokensPerDay      Resource = "tokens_per_day"
	TokensPerMonth    Resource = "tokens_per_month"
	MoneyPerDay       Resource = "usd_per_day"
	MoneyPerMonth     Resource = "usd_per_month"
)

// Resources lists them in the order in which they are shown.
func Resources() []Resource { return slices.Clone(resources[:]) }

var resources = [...]Resource{
	RequestsPerMinute, TokensPerMinute, RequestsPerDay, Concurrency,
	TokensPerDay, TokensPerMonth, MoneyPerDay, MoneyPerMonth,
}

// Money tells whether amounts are nano-dollars.
func (r Resource) Money() bool { return r == MoneyPerDay || r == MoneyPerMonth }

// period is the one in which a budget is spent: "day", "month", or "" for a rate.
func (r Resource) period() string {
	switch r {
	case TokensPerDay, MoneyPerDay:
		return day
	case TokensPerMonth, MoneyPerMonth:
		return month
	}
	return ""
}

const (
	day   = "day"
	month = "month"
)

// Limits bound what a scope may use. A resource that is not in it has no limit. Amounts are requests, tokens, calls or
// nano-dollars, above zero.
type Limits map[Resource]int64

// rate is how a rate's window is kept: as sums of slots. What is used in a slot counts until the slot lies a whole
// window back, so that no window of that length, wherever it begins, has more than the limit.
type rate struct {
	resource Resource
	slot     time.Duration
	slots    int64 // in a window
}

var rates = [...]rate{
	{RequestsPerMinute, time.Second, 60},
	{TokensPerMinute, time.Second, 60},
	{RequestsPerDay, 20 * time.Minute, 72},
}

func (r rate) at(now time.Time) int64 { return now.UnixNano() / int64(r.slot) }

// frees is when a slot has left every window that holds now.
func (r rate) frees(slot int64) time.Time {
	return time.Unix(0, (slot+r.slots+1)*int64(r.slot)).UTC()
}

func rateOf(r Resource) (index int, ok bool) {
	for i := range rates {
		if rates[i].resource == r {
			return i, true
		}
	}
	return 0, false
}

// dayOf and monthOf name the periods of UTC that a time lies in, as numbers that sort: 20260301 and 202603.
func dayOf(t time.Time) int64 {
	y, m, d := t.UTC().Date()
	return int64(y)*10_000 + int64(m)*100 + int64(d)
}

func monthOf(t time.Time) int64 { return dayOf(t) / 100 }

// Scope is whom limits are for: "tenant:acme", "project:shop", "provider:openai" or "key:OPENAI_API_KEY".
type Scope string

// The kinds of scopes.
const (
	Tenant   = "tenant"
	Project  = "project"
	Provider = "provider"
	Key      = "key"
)

// ScopeOf makes a scope.
func ScopeOf(kind, name string) Scope { return Scope(kind + ":" + name) }

// Split gives a scope's kind and name.
func (s Scope) Split() (kind, name string) {
	kind, name, _ = strings.Cut(string(s), ":")
	return kind, name
}

// String writes "tenant acme".
func (s Scope) String() string {
	kind, name := s.Split()
	return kind + " " + name
}

// Use is what a call takes, or took.
type Use struct {
	Requests int64
	Tokens   int64
	Money    llm.Money
}
