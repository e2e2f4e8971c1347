package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

// lines writes lines and keeps the first error.
type lines struct {
	w   io.Writer
	err error
}

func (l *lines) line(format string, args ...any) {
	if l.err == nil {
		_, l.err = fmt.Fprintf(l.w, format+"\n", args...)
	}
}

// printBatch prints what a batch has come to.
func (e *env) printBatch(o batchRunOptions, s *batch.Summary) error {
	if o.json {
		return writeJSON(e.out, s)
	}
	p := lines{w: e.out}
	state := "complete"
	if !s.Complete {
		state = "not complete"
	}
	p.line("%s: %s, %s", e.shortPath(o.output), plural(s.Records, "record"), state)
	p.line("  succeeded  %s", grouped(s.Succeeded))
	if in := s.StandIns; in != nil {
		p.line("  stand-ins  %s answered by another model: %s", grouped(in.Answers), termsafe.Line(in.Who()))
	}
	if s.Failed > 0 {
		p.line("  failed     %s: %s", grouped(s.Failed), failureTypes(s.Types))
	}
	if s.Problems > 0 {
		p.line("  mistakes   %s in the input", grouped(s.Problems))
	}
	if s.Retries > 0 {
		p.line("  retries    %s", grouped(s.Retries))
	}
	if u := s.Usage; u != nil {
		p.line("  tokens     %s in, %s out%s", grouped(u.Input()), grouped(u.Output), missing(s.Unknown, "unknown"))
	}
	if s.Cost != nil {
		p.line("  cost       %s%s", dollars(*s.Cost), missing(s.Unpriced, "unpriced"))
	} else if s.Succeeded > 0 {
		p.line("  cost       unpriced")
	}
	printPercentiles(&p, "latency", s.Latency)
	printPercentiles(&p, "ttft", s.TTFT)
	p.line("  time       %s%s", time.Duration(s.Duration*float64(time.Second)).Round(10*time.Millisecond), rates(s))
	return p.err
}

// failureTypes lists the most frequent first.
func failureTypes(types map[string]int) string {
	names := slices.SortedFunc(maps.Keys(types), func(a, b string) int {
		if types[a] != types[b] {
			return types[b] - types[a]
		}
		return strings.Compare(a, b)
	})
	for i, name := range names {
		names[i] = fmt.Sprintf("%s %s", grouped(types[name]), name)
	}
	return strings.Join(names, ", ")
}

func missing(n int, what string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (%s %s)", grouped(n), what)
}

func printPercentiles(p *lines, name string, l batch.Percentiles) {
	if l.P50 != nil {
		p.line("  %-10s p50 %s, p95 %s, p99 %s", name, milliseconds(*l.P50), milliseconds(*l.P95), milliseconds(*l.P99))
	}
}

// milliseconds writes a number of them.
func milliseconds(v float64) string { return ms(time.Duration(v * float64(time.Millisecond))) }

func rates(s *batch.Summary) string {
	out := ""
	if s.Rate > 0 {
		out += fmt.Sprintf(", %.1f records/s", s.Rate)
	}
	if s.Tokens != nil {
		out += fmt.Sprintf(", %.0f tokens/s", *s.Tokens)
	}
	if s.Limited > 0 {
		out += fmt.Sprintf(", %s rate-limited", grouped(s.Limited))
	}
	if s.Share != nil {
		out += fmt.Sprintf(", %.0f %% of the limit", 100**s.Share)
	}
	return out
}
