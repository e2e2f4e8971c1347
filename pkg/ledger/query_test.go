package ledger_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// calls makes n calls of many kinds, a minute apart.
func calls(n int) []ledger.Record {
	rng := rand.New(rand.NewPCG(1, 2))
	out := make([]ledger.Record, n)
	for i := range out {
		r := ledger.Record{
			TraceID: fmt.Sprintf("t%06d", i), Time: start.Add(time.Duration(i) * time.Minute), Total: time.Duration(rng.IntN(1000)),
			Tenant: []string{"", "acme", "umbrella"}[rng.IntN(3)], ModelAsked: []string{"openai/a", "gemini/b"}[rng.IntN(2)],
			Prompt: []string{"", "support"}[rng.IntN(2)], Version: []string{"1.0.0", "1.1.0"}[rng.IntN(2)], Source: ledger.FromBatch,
			Status: []ledger.Status{ledger.OK, ledger.OK, ledger.Incomplete, ledger.Failed, ledger.Canceled}[rng.IntN(5)],
		}
		if rng.IntN(3) > 0 {
			r.Usage = &llm.Usage{UncachedInput: rng.Int64N(100), CacheRead: rng.Int64N(9), Output: rng.Int64N(100)}
		}
		if rng.IntN(3) > 0 {
			r.Cost = ptr(llm.Money(rng.Int64N(1e6)))
		}
		if rng.IntN(9) == 0 {
			r.Cache, r.SavedCost = ledger.CacheHit, ptr(llm.Money(5))
		}
		out[i] = r
	}
	return out
}

func ids(records []ledger.Record) (out []string) {
	for _, r := range records {
		out = append(out, r.TraceID)
	}
	return out
}

func TestListFiltersNewestFirst(t *testing.T) {
	l := openLedger(t, ledger.Options{})
	all := calls(200)
	all[7].Conversation, all[9].Conversation, all[11].RunID = "c", "c", "run"
	appendAll(t, l, all...)
	for name, c := range map[string]struct {
		f    ledger.Filter
		want func(ledger.Record) bool
	}{
		"all":          {ledger.Filter{}, func(ledger.Record) bool { return true }},
		"tenant":       {ledger.Filter{Tenant: "acme"}, func(r ledger.Record) bool { return r.Tenant == "acme" }},
		"model":        {ledger.Filter{Model: "gemini/b"}, func(r ledger.Record) bool { return r.ModelAsked == "gemini/b" }},
		"prompt":       {ledger.Filter{Prompt: "support", Version: "1.1.0"}, func(r ledger.Record) bool { return r.Prompt == "support" && r.Version == "1.1.0" }},
		"status":       {ledger.Filter{Status: ledger.Incomplete}, func(r ledger.Record) bool { return r.Status == ledger.Incomplete }},
		"conversation": {ledger.Filter{Conversation: "c"}, func(r ledger.Record) bool { return r.Conversation == "c" }},
		"run":          {ledger.Filter{RunID: "run"}, func(r ledger.Record) bool { return r.RunID == "run" }},
		"source":       {ledger.Filter{Source: ledger.FromChat}, func(r ledger.Record) bool { return r.Source == ledger.FromChat }},
		"time": {
			ledger.Filter{Since: all[10].Time, Until: all[20].Time},
			func(r ledger.Record) bool { return !r.Time.Before(all[10].Time) && r.Time.Before(all[20].Time) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			var want []string
			for i := len(all) - 1; i >= 0; i-- {
				if c.want(all[i]) {
					want = append(want, all[i].TraceID)
				}
			}
			got, err := l.List(t.Context(), c.f)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, ids(got)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestPages(t *testing.T) {
	l := openLedger(t, ledger.Options{Sync: true})
	same := calls(25)
	for i := range same {
		same[i].Time = start // only the order of writing tells them apart
	}
	appendAll(t, l, same...)
	var pages []string
	f := ledger.Filter{Limit: 10}
	for {
		page, err := l.List(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		pages = append(pages, ids(page)...)
		f.Before = pages[len(pages)-1]
	}
	whole, err := l.List(t.Context(), ledger.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(ids(whole), pages); d != "" || len(pages) != 25 {
		t.Error(d)
	}
	if _, err := l.List(t.Context(), ledger.Filter{Before: "none"}); !errors.Is(err, ledger.ErrNotFound) {
		t.Error(err)
	}
}

func TestEachGivesTextsAndStops(t *testing.T) {
	l := openLedger(t, ledger.Options{Texts: ledger.TextsFull})
	a, b := whole(), whole()
	b.TraceID, b.Time = "01JZ", start.Add(time.Second)
	appendAll(t, l, a, b)
	stop := errors.New("stop")
	n := 0
	err := l.Each(t.Context(), ledger.Filter{}, func(r *ledger.Record) error {
		n++
		if r.TraceID != "01JZ" || r.Messages[0].Text() != "Siparişim nerede?" {
			t.Errorf("%+v", r)
		}
		return stop
	})
	if !errors.Is(err, stop) || n != 1 {
		t.Error(n, err)
	}
}

// byHand is what Totals must give: the same sums made in Go over the calls.
func byHand(all []ledger.Record, fits func(ledger.Record) bool, key func(ledger.Record) ledger.Key) map[ledger.Key]ledger.Total {
	out := map[ledger.Key]ledger.Total{}
	for _, r := range all {
		if !fits(r) {
			continue
		}
		t := out[key(r)]
		t.Key = key(r)
		t.Calls++
		t.Latency += r.Total
		*map[ledger.Status]*int64{ledger.OK: &t.OK, ledger.Incomplete: &t.Incomplete, ledger.Failed: &t.Failed, ledger.Canceled: &t.Canceled}[r.Status]++
		if r.Usage != nil {
			t.Usage.Add(r.Usage)
		} else {
			t.UnknownUsage++
		}
		switch answered := r.Status == ledger.OK || r.Status == ledger.Incomplete; {
		case r.Cost != nil:
			t.Cost += *r.Cost
		case answered:
			t.Unpriced++
		default:
			t.UnpricedFailed++
		}
		if r.Cache == ledger.CacheHit {
			t.CacheHits++
			t.Saved += *r.SavedCost
		}
		out[key(r)] = t
	}
	return out
}

func TestTotals(t *testing.T) {
	l := openLedger(t, ledger.Options{})
	all := calls(1600) // a day and some hours
	appendAll(t, l, all...)
	lisbon, err := time.LoadLocation("Europe/Lisbon") // clocks change on 30 March
	if err != nil {
		t.Skip("no time zone data:", err)
	}
	kolkata, istanbul := time.FixedZone("Kolkata", 5*3600+1800), time.FixedZone("Istanbul", 3*3600)
	spring := calls(3)
	for i := range spring {
		spring[i].TraceID = fmt.Sprint("spring", i)
		spring[i].Time = time.Date(2025, 3, 30, 22, 30+30*i, 0, 0, time.UTC)
	}
	appendAll(t, l, spring...)
	all = append(all, spring...)
	everything := func(ledger.Record) bool { return true }
	for name, c := range map[string]struct {
		f    ledger.Filter
		by   []ledger.Dimension
		fits func(ledger.Record) bool
		key  func(ledger.Record) ledger.Key
	}{
		"everything": {ledger.Filter{}, nil, everything, func(ledger.Record) ledger.Key { return ledger.Key{} }},
		"tenant, model": {ledger.Filter{}, []ledger.Dimension{ledger.ByTenant, ledger.ByModel}, everything, func(r ledger.Record) ledger.Key {
			return ledger.Key{Tenant: r.Tenant, Model: r.ModelAsked}
		}},
		"prompt, version": {
			ledger.Filter{Tenant: "acme"},
			[]ledger.Dimension{ledger.ByVersion, ledger.ByPrompt},
			func(r ledger.Record) bool { return r.Tenant == "acme" }, func(r ledger.Record) ledger.Key {
				return ledger.Key{Prompt: r.Prompt, Version: r.Version}
			},
		},
		"day": {ledger.Filter{}, []ledger.Dimension{ledger.ByDay}, everything, func(r ledger.Record) ledger.Key {
			return ledger.Key{Day: r.Time.Format(time.DateOnly)}
		}},
		"day in Istanbul": {ledger.Filter{Zone: istanbul}, []ledger.Dimension{ledger.ByDay, ledger.BySource}, everything, func(r ledger.Record) ledger.Key {
			return ledger.Key{Day: r.Time.In(istanbul).Format(time.DateOnly), Source: "batch"}
		}},
		"day in Lisbon": {ledger.Filter{Zone: lisbon}, []ledger.Dimension{ledger.ByDay}, everything, func(r ledger.Record) ledger.Key {
			return ledger.Key{Day: r.Time.In(lisbon).Format(time.DateOnly)}
		}},
		"day in Kolkata": {ledger.Filter{Zone: kolkata}, []ledger.Dimension{ledger.ByDay}, everything, func(r ledger.Record) ledger.Key {
			return ledger.Key{Day: r.Time.In(kolkata).Format(time.DateOnly)}
		}},
		"whole hours": {
			ledger.Filter{Since: start.Truncate(time.Hour).Add(2 * time.Hour)},
			nil,
			func(r ledger.Record) bool { return r.Time.Hour() != 22 && r.Time.Hour() != 23 || r.Time.Day() > 1 },
			func(ledger.Record) ledger.Key { return ledger.Key{} },
		},
		"finer than hours": {
			ledger.Filter{Since: all[100].Time, Until: all[200].Time},
			[]ledger.Dimension{ledger.ByTenant},
			func(r ledger.Record) bool { return r.TraceID >= "t000100" && r.TraceID < "t000200" },
			func(r ledger.Record) ledger.Key { return ledger.Key{Tenant: r.Tenant} },
		},
		"status": {
			ledger.Filter{Status: ledger.Failed},
			[]ledger.Dimension{ledger.ByModel},
			func(r ledger.Record) bool { return r.Status == ledger.Failed },
			func(r ledger.Record) ledger.Key { return ledger.Key{Model: r.ModelAsked} },
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := l.Totals(t.Context(), c.f, c.by...)
			if err != nil {
				t.Fatal(err)
			}
			m := map[ledger.Key]ledger.Total{}
			for _, total := range got {
				m[total.Key] = total
			}
			if d := cmp.Diff(byHand(all, c.fits, c.key), m); d != "" {
				t.Error(d)
			}
		})
	}
	if _, err := l.Totals(t.Context(), ledger.Filter{}, "colour"); err == nil {
		t.Error("summed up by colour")
	}
	if none, err := l.Totals(t.Context(), ledger.Filter{Tenant: "nobody"}); err != nil || len(none) != 0 {
		t.Errorf("%+v %v", none, err)
	}
}

func TestTheModelThatIsCounted(t *testing.T) {
	for want, r := range map[string]ledger.Record{
		"openai/gpt-4o":   {ModelAsked: "openai/gpt-4o", Provider: "openai", ModelAnswered: "gpt-4o-2024-08-06"},
		"gemini/flash":    {ModelAsked: "openai/gpt-4o", Provider: "gemini", ModelAnswered: "flash"},
		"openai/mini":     {ModelAsked: "openai/gpt-4o", Provider: "openai", ModelAnswered: "mini", FallbackFrom: []string{"openai/gpt-4o"}},
		"west/gpt-4o":     {ModelAsked: "pool/main", Ref: "west/gpt-4o", Provider: "west", ModelAnswered: "gpt-4o-2024-08-06"},
		"openai/o3":       {ModelAsked: "openai/o3", Provider: "openai", FallbackFrom: []string{"openai/o3"}},
		"ollama/llama3.2": {ModelAsked: "ollama/llama3.2"},
	} {
		if got := r.Model(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestPruneKeepsTheSums(t *testing.T) {
	l := openLedger(t, ledger.Options{Texts: ledger.TextsFull})
	old, fresh := whole(), whole()
	fresh.TraceID, fresh.Time = "01JZ", start.Add(48*time.Hour)
	appendAll(t, l, old, fresh)
	n, err := l.Prune(t.Context(), start.Add(time.Hour), "")
	if err != nil || n != 1 {
		t.Fatal(n, err)
	}
	left, err := l.List(t.Context(), ledger.Filter{})
	if d := cmp.Diff([]string{"01JZ"}, ids(left)); d != "" || err != nil {
		t.Error(d, err)
	}
	if sum, err := l.Totals(t.Context(), ledger.Filter{}); err != nil || sum[0].Calls != 2 {
		t.Errorf("%+v %v", sum, err)
	}
}
