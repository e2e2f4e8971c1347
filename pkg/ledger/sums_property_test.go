//go:build !race

// All of this is one goroutine's, and takes minutes under the race detector, which has nothing to find in it.

package ledger_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// drawRecord draws a call between two times, a good part of them at the borders of hours, days and months.
func drawRecord(t *rapid.T, i int, from time.Time, zones []*time.Location) ledger.Record {
	pick := func(name string, n int) string { return fmt.Sprint(name, rapid.IntRange(0, n-1).Draw(t, name)) }
	r := ledger.Record{
		TraceID: fmt.Sprint("t", i), Time: drawTime(t, from, zones), Tenant: pick("tenant", 3), Project: pick("project", 2),
		Source:     rapid.SampledFrom([]ledger.Source{ledger.FromChat, ledger.FromEval}).Draw(t, "source"),
		ModelAsked: pick("p/model", 2), Provider: "p", Prompt: pick("prompt", 2), Version: pick("1.0.", 3), Experiment: pick("x", 2), RunID: pick("run", 2),
		Status: rapid.SampledFrom([]ledger.Status{ledger.OK, ledger.Incomplete, ledger.Failed, ledger.Canceled}).Draw(t, "status"),
		Total:  time.Duration(rapid.IntRange(1, 1000).Draw(t, "total")), Cache: rapid.SampledFrom([]string{"", ledger.CacheHit, ledger.CacheMiss}).Draw(t, "cache"),
		Tags: []string{pick("tag", 2)},
	}
	if rapid.Bool().Draw(t, "priced") {
		r.Cost = ptr(llm.Money(rapid.Int64Range(0, 1e12).Draw(t, "cost")))
	}
	if rapid.Bool().Draw(t, "used") {
		r.Usage = &llm.Usage{UncachedInput: 3, CacheRead: 5, CacheWrite: 7, CacheWrite1h: 11, Output: rapid.Int64Range(0, 99).Draw(t, "output"), Reasoning: 13}
		r.UsageSource = rapid.SampledFrom([]string{"", ledger.UsageEstimated}).Draw(t, "usage")
	}
	if r.Cache == ledger.CacheHit {
		r.SavedCost = ptr(llm.Money(17))
	}
	return r
}

func drawTime(t *rapid.T, from time.Time, zones []*time.Location) time.Time {
	at := from.AddDate(0, 0, rapid.IntRange(0, 130).Draw(t, "day")) // one number of nanoseconds would mostly be a small one
	at = at.Add(time.Duration(rapid.IntRange(0, 23).Draw(t, "hour"))*time.Hour + time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "time")))
	local := at.In(rapid.SampledFrom(zones).Draw(t, "near"))
	year, month, day := local.Date()
	off := time.Duration(rapid.SampledFrom([]int64{-1, 0, 1}).Draw(t, "off"))
	switch rapid.SampledFrom([]string{"any", "hour", "day", "month"}).Draw(t, "border") {
	case "hour":
		at = at.Truncate(time.Hour).Add(off)
	case "day":
		at = time.Date(year, month, day, 0, 0, 0, 0, local.Location()).Add(off)
	case "month":
		at = time.Date(year, month, 1, 0, 0, 0, 0, local.Location()).Add(off)
	}
	return at
}

// drawFilter draws what to ask for, and whether a call fits, told without the ledger.
//
// Of pruned calls sums alone tell, and hours are the smallest that there are.
func drawFilter(t *rapid.T, from time.Time, zones []*time.Location, pruned bool) (ledger.Filter, func(*ledger.Record) bool) {
	f := ledger.Filter{}
	often := func(name string) bool { return rapid.IntRange(0, 7).Draw(t, name) == 7 }
	if rapid.Bool().Draw(t, "since") {
		f.Since = drawTime(t, from, zones)
	}
	if rapid.Bool().Draw(t, "until") {
		f.Until = drawTime(t, from, zones)
	}
	if pruned {
		f.Since, f.Until = f.Since.Truncate(time.Hour), f.Until.Truncate(time.Hour)
	}
	for _, c := range []struct {
		name  string
		field *string
		sums  bool
	}{
		{"tenant1", &f.Tenant, true},
		{"project1", &f.Project, true},
		{"p/model1", &f.Model, true},
		{"prompt1", &f.Prompt, true},
		{"1.0.1", &f.Version, true},
		{"x1", &f.Experiment, true},
		{"run1", &f.RunID, true},
		{string(ledger.FromEval), (*string)(&f.Source), true},
		{"tag1", &f.Tag, false},
		{ledger.CacheHit, &f.Cache, false},
		{string(ledger.Failed), (*string)(&f.Status), false},
	} {
		if often("by "+c.name) && (c.sums || !pruned) {
			*c.field = c.name
		}
	}
	fits := func(want, is string) bool { return want == "" || want == is }
	return f, func(r *ledger.Record) bool {
		return (f.Since.IsZero() || !r.Time.Before(f.Since)) && (f.Until.IsZero() || r.Time.Before(f.Until)) &&
			fits(f.Tenant, r.Tenant) && fits(f.Project, r.Project) && fits(f.Model, r.ModelAsked) && fits(f.Prompt, r.Prompt) &&
			fits(f.Version, r.Version) && fits(f.Experiment, r.Experiment) && fits(f.RunID, r.RunID) && fits(f.Tag, r.Tags[0]) &&
			fits(f.Cache, r.Cache) && fits(string(f.Source), string(r.Source)) && fits(string(f.Status), string(r.Status))
	}
}

// naive sums up in Go, call by call, and knows of no table.
func naive(all []ledger.Record, f ledger.Filter, fits func(*ledger.Record) bool, by []ledger.Dimension) []ledger.Total {
	zone := f.Zone
	if zone == nil {
		zone = time.UTC
	}
	of := map[ledger.Key]*ledger.Total{}
	for i := range all {
		r := &all[i]
		if !fits(r) {
			continue
		}
		whole := map[ledger.Dimension]string{
			ledger.ByDay: r.Time.In(zone).Format(time.DateOnly), ledger.ByTenant: r.Tenant, ledger.ByProject: r.Project, ledger.BySource: string(r.Source),
			ledger.ByModel: r.ModelAsked, ledger.ByPrompt: r.Prompt, ledger.ByVersion: r.Version, ledger.ByExperiment: r.Experiment, ledger.ByRun: r.RunID,
		}
		is := map[ledger.Dimension]string{}
		for _, d := range by {
			is[d] = whole[d]
		}
		k := ledger.Key{
			Day: is[ledger.ByDay], Tenant: is[ledger.ByTenant], Project: is[ledger.ByProject], Source: is[ledger.BySource], Model: is[ledger.ByModel],
			Prompt: is[ledger.ByPrompt], Version: is[ledger.ByVersion], Experiment: is[ledger.ByExperiment], Run: is[ledger.ByRun],
		}
		if of[k] == nil {
			of[k] = &ledger.Total{Key: k}
		}
		count(of[k], r)
	}
	var out []ledger.Total
	for _, t := range of {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b ledger.Total) int {
		return slices.Compare(
			[]string{a.Day, a.Tenant, a.Project, a.Source, a.Model, a.Prompt, a.Version, a.Experiment, a.Run},
			[]string{b.Day, b.Tenant, b.Project, b.Source, b.Model, b.Prompt, b.Version, b.Experiment, b.Run},
		)
	})
	return out
}

func count(t *ledger.Total, r *ledger.Record) {
	one := func(n *int64, yes bool) {
		if yes {
			*n++
		}
	}
	answered := r.Status == ledger.OK || r.Status == ledger.Incomplete
	t.Calls++
	t.Latency += r.Total
	one(&t.OK, r.Status == ledger.OK)
	one(&t.Incomplete, r.Status == ledger.Incomplete)
	one(&t.Failed, r.Status == ledger.Failed)
	one(&t.Canceled, r.Status == ledger.Canceled)
	one(&t.UnknownUsage, r.Usage == nil)
	one(&t.Estimated, r.UsageSource == ledger.UsageEstimated)
	one(&t.Unpriced, r.Cost == nil && answered)
	one(&t.UnpricedFailed, r.Cost == nil && !answered)
	one(&t.EvalUnpriced, r.Cost == nil && answered && r.Source == ledger.FromEval)
	one(&t.CacheHits, r.Cache == ledger.CacheHit)
	one(&t.CacheMisses, r.Cache == ledger.CacheMiss)
	one(&t.Judged, r.Passed != nil)
	one(&t.Passed, r.Passed != nil && *r.Passed)
	if r.Usage != nil {
		t.Usage.Add(r.Usage)
	}
	if r.Cost != nil {
		t.Cost += *r.Cost
		if r.Source == ledger.FromEval {
			t.EvalCost += *r.Cost
		}
	}
	if r.SavedCost != nil {
		t.Saved += *r.SavedCost
	}
}

// Whatever is asked for, and whichever tables answer, a report says what a sum over the calls says: in every zone, between
// any two times, after verdicts, new prices and pruning. Each zone has its turn, in times in which its clocks change.
func TestReportsAgreeWithASumOverTheCalls(t *testing.T) {
	checks := flag.Lookup("rapid.checks")
	if before := checks.Value.String(); before == checks.DefValue { // for every zone: a ledger takes long to make
		t.Cleanup(func() { _ = checks.Value.Set(before) })
		if err := checks.Value.Set("12"); err != nil {
			t.Fatal(err)
		}
	}
	for name, from := range map[string]time.Time{
		"UTC":                 time.Date(2025, 9, 20, 3, 4, 5, 6, time.UTC),
		"Asia/Kolkata":        time.Date(2025, 9, 20, 3, 4, 5, 6, time.UTC),
		"America/New_York":    time.Date(2025, 9, 20, 3, 4, 5, 6, time.UTC),
		"Europe/Berlin":       time.Date(2026, 2, 20, 3, 4, 5, 6, time.UTC),
		"Africa/Cairo":        time.Date(2026, 3, 20, 3, 4, 5, 6, time.UTC),  // goes forward at midnight
		"Australia/Lord_Howe": time.Date(2025, 9, 20, 3, 4, 5, 6, time.UTC),  // by half an hour, from 10:30 to 11:00
		"Australia/Lord Howe": time.Date(2026, 2, 20, 3, 4, 5, 6, time.UTC),  // and back
		"Asia/Tehran":         time.Date(2021, 8, 20, 3, 4, 5, 6, time.UTC),  // from 4:30 back at midnight
		"Asia/Kathmandu":      time.Date(2025, 11, 20, 3, 4, 5, 6, time.UTC), // 5:45
		"odd":                 time.Date(2025, 11, 20, 3, 4, 5, 6, time.UTC),
	} {
		zone, err := time.LoadLocation(strings.ReplaceAll(name, " ", "_"))
		if name == "odd" {
			zone, err = time.FixedZone(name, -3601), nil
		}
		t.Run(name, func(t *testing.T) {
			if err != nil {
				t.Skip("no time zone data:", err)
			}
			rapid.Check(t, func(rt *rapid.T) { reportsAgree(t, rt, from, zone) })
		})
	}
}

func reportsAgree(t *testing.T, rt *rapid.T, from time.Time, zone *time.Location) {
	t.Helper()
	l := openLedger(t, ledger.Options{})
	var all []ledger.Record
	zones := []*time.Location{zone, time.UTC}
	for i := range rapid.IntRange(0, 80).Draw(rt, "calls") {
		all = append(all, drawRecord(rt, i, from, zones))
	}
	appendAll(t, l, all...)
	amendAll(t, rt, l, all)
	pruned := rapid.Bool().Draw(rt, "pruned")
	if pruned {
		if _, err := l.Prune(t.Context(), drawTime(rt, from, zones), ""); err != nil {
			rt.Fatal(err)
		}
	}
	for range 25 {
		f, fits := drawFilter(rt, from, zones, pruned)
		f.Zone = zone
		var by []ledger.Dimension
		for _, d := range ledger.Dimensions() {
			if rapid.IntRange(0, 2).Draw(rt, "group "+string(d)) == 0 && (d != ledger.ByDay || !pruned || wholeHours(zone, from)) {
				by = append(by, d)
			}
		}
		got, err := l.Totals(t.Context(), f, by...)
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(naive(all, f, fits, by), got); diff != "" {
			rt.Fatalf("%+v by %v (-calls +report):\n%s", f, by, diff)
		}
	}
}

// wholeHours tells that the zone's days begin at hours of UTC, so that sums of hours tell its days.
func wholeHours(zone *time.Location, from time.Time) bool {
	for month := range 6 {
		if _, offset := from.AddDate(0, month, 0).In(zone).Zone(); offset%3600 != 0 {
			return false
		}
	}
	return true
}

// amendAll changes verdicts and prices of some calls, in the ledger and in all.
func amendAll(t *testing.T, rt *rapid.T, l *ledger.Ledger, all []ledger.Record) {
	t.Helper()
	verdicts := map[string]bool{}
	for i := range all {
		if rapid.IntRange(0, 3).Draw(rt, "judged") == 0 {
			passed := rapid.Bool().Draw(rt, "passed")
			verdicts[all[i].TraceID], all[i].Passed = passed, &passed
		}
	}
	if err := l.SetPassed(t.Context(), verdicts); err != nil {
		rt.Fatal(err)
	}
	price := ptr(llm.Money(rapid.Int64Range(0, 1e6).Draw(rt, "price")))
	if _, err := l.Reprice(t.Context(), ledger.Filter{Tenant: "tenant2"}, "again", func(*ledger.Record) *llm.Money { return price }); err != nil {
		rt.Fatal(err)
	}
	for i := range all {
		if all[i].Tenant == "tenant2" {
			all[i].Cost = price
		}
	}
}

// What Prune deletes stays in the sums of whole hours, in every table of them.
func TestPrunedCallsStayInEveryReport(t *testing.T) {
	l := openLedger(t, ledger.Options{})
	all := calls(3000)
	appendAll(t, l, all...)
	if _, err := l.Prune(t.Context(), all[2000].Time, ""); err != nil {
		t.Fatal(err)
	}
	for _, by := range [][]ledger.Dimension{
		nil,
		{ledger.ByTenant},
		{ledger.ByTenant, ledger.ByModel},
		{ledger.ByModel},
		{ledger.ByDay},
		{ledger.ByPrompt, ledger.ByVersion},
		{ledger.ByTenant, ledger.ByPrompt, ledger.ByVersion},
		{ledger.ByDay, ledger.ByTenant},
		{ledger.ByDay, ledger.ByPrompt},
		ledger.Dimensions(),
	} {
		f := ledger.Filter{Zone: time.FixedZone("", -5*3600)}
		got, err := l.Totals(t.Context(), f, by...)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(naive(all, f, func(*ledger.Record) bool { return true }, by), got); diff != "" {
			t.Errorf("by %v (-calls +report):\n%s", by, diff)
		}
	}
}
