package cli

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

// listCalls prints calls as a table or as lines of JSON.
func (e *env) listCalls(list []ledger.Record, f ledger.Filter, asJSON bool) error {
	if asJSON {
		for i := range list {
			if err := writeLine(e.out, newCallJSON(&list[i], false)); err != nil {
				return err
			}
		}
		return nil
	}
	if len(list) == 0 {
		e.info("the ledger has no such calls")
		return nil
	}
	g := &grid{header: []string{"time", "call", "model", "prompt", "tokens", "cost", "took", "status"}, left: 4}
	for i := range list {
		r := &list[i]
		g.add(r.Time.In(f.Zone).Format("01-02 15:04:05"), r.TraceID, r.Model(), cmp.Or(ref(r), "–"), inOut(r), recorded(r), took(r), ended(r))
	}
	if !someRef(list) {
		g.drop(3)
	}
	if err := g.list(e); err != nil {
		return err
	}
	if f.Limit > 0 && len(list) == f.Limit {
		e.info("the newest %d; -n %d lists more", f.Limit, 10*f.Limit)
	}
	return nil
}

func someRef(list []ledger.Record) bool {
	for i := range list {
		if list[i].Prompt != "" {
			return true
		}
	}
	return false
}

// shortID is how many letters of a call's id are shown where there is no room for all: its end is chance, and
// logs show takes it.
const shortID = 8

// list prints calls in the terminal's width: ids lose their beginnings, prompts and models
// their middles, and times their seconds.
func (g *grid) list(e *env) error {
	if total(g.widths()) > e.width() {
		for _, row := range g.rows {
			row[1] = row[1][max(0, len(row[1])-shortID):]
		}
	}
	for _, floor := range []int{10, 6} {
		g.narrow(total(g.widths())-e.width(), floor)
	}
	if total(g.widths()) > e.width() {
		for _, row := range g.rows {
			row[0] = row[0][:max(0, len(row[0])-len(":05"))]
		}
	}
	return g.print(e)
}

// narrow takes so many columns from prompts and models, down to a floor.
func (g *grid) narrow(over, floor int) {
	widths := g.widths()
	for i := g.left - 1; i >= 2 && over > 0; i-- {
		to := min(widths[i], max(floor, widths[i]-over))
		over -= widths[i] - to
		for _, row := range g.rows {
			row[i] = middle(row[i], to)
		}
	}
}

// ref is the call's prompt version, "" for none.
func ref(r *ledger.Record) string {
	if r.Prompt == "" || r.Version == "" {
		return r.Prompt
	}
	return r.Prompt + "@" + r.Version
}

func inOut(r *ledger.Record) string {
	if r.Usage == nil {
		return "–"
	}
	approx := ""
	if r.UsageSource == ledger.UsageEstimated {
		approx = "~"
	}
	return approx + compact(r.Usage.Input()) + "+" + compact(r.Usage.Output)
}

// recorded is the recorded cost for people; a failed call without one is not unpriced.
func recorded(r *ledger.Record) string {
	switch {
	case r.Cost != nil:
		return dollars(*r.Cost)
	case r.Status == ledger.OK || r.Status == ledger.Incomplete:
		return "unpriced"
	}
	return "–"
}

func took(r *ledger.Record) string {
	switch d := r.Total; {
	case d < time.Second:
		return fmt.Sprintf("%dms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1fs", d.Seconds())
	default:
		return d.Round(time.Second).String()
	}
}

// ended says how the call ended in a word: what kind of error, or that the cache answered.
func ended(r *ledger.Record) string {
	switch {
	case r.ErrorKind != "":
		return string(r.ErrorKind)
	case r.Cache == ledger.CacheHit:
		return "cached"
	}
	return string(r.Status)
}

// followed is a call in one line.
func followed(r *ledger.Record, zone *time.Location) string {
	words := []string{r.Time.In(zone).Format("01-02 15:04:05"), r.TraceID, r.Model(), ref(r), inOut(r), recorded(r), took(r), ended(r)}
	line := strings.Join(words, "  ")
	return termsafe.Line(line)
}
