package cli

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// logsFilter is the flags that choose calls. The tenant's is the global --tenant.
type logsFilter struct {
	period
	project, prompt, model, source string
	status, errorKind, cache       string
	run, caseID, tag, conversation string
	parent, key                    string
	experiment, minCost            string
	minLatency                     time.Duration
	search                         string
	in                             []string
}

func (o *logsFilter) declare(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&o.since, "since", "", "only calls from this `TIME` on: 2026-01-31, today, 36h, 7d")
	flags.StringVar(&o.until, "until", "", "only calls before this `TIME`")
	flags.StringVar(&o.zone, "zone", "", "time `ZONE` of dates, such as Europe/Istanbul or Local; UTC if not set")
	flags.StringVarP(&o.prompt, "prompt", "p", "", "only calls of this prompt, `NAME` or NAME@VERSION")
	flags.StringVarP(&o.model, "model", "m", "", "only calls of this `MODEL`, as provider/model")
	flags.StringVar(&o.source, "source", "", "only calls from here: chat, eval, judge, batch, server")
	flags.StringVar(&o.run, "run", "", "only calls of this eval or batch run, by its `ID`")
	flags.StringVar(&o.project, "project", "", "only calls of this project, by its `NAME`")
	flags.StringVar(&o.experiment, "experiment", "", "only calls whose prompt version this experiment chose, by its `NAME`")
}

// declareAll adds the flags that the hourly sums know nothing of.
func (o *logsFilter) declareAll(cmd *cobra.Command) {
	o.declare(cmd)
	flags := cmd.Flags()
	flags.StringVar(&o.status, "status", "", "only calls that ended so: ok, incomplete, error or canceled")
	flags.StringVar(&o.errorKind, "error", "", "only calls that failed of this `KIND`, such as rate_limit")
	flags.StringVar(&o.cache, "cache", "", "only calls that our own cache answered or not: hit or miss")
	flags.StringVar(&o.caseID, "case", "", "only calls of this eval case, by its `ID`")
	flags.StringVar(&o.parent, "parent", "", "only the parts of this call, by its trace `ID`: judges' calls, summaries, answers thrown away")
	flags.StringVar(&o.key, "key", "", "only calls with the key in this `VARIABLE`, such as OPENAI_API_KEY")
	flags.StringVar(&o.tag, "tag", "", "only calls with this `TAG`")
	flags.StringVar(&o.conversation, "conversation", "", "only calls of this conversation, by its `ID`")
	flags.StringVar(&o.minCost, "min-cost", "", "only calls that cost this many `DOLLARS` or more")
	flags.DurationVar(&o.minLatency, "min-latency", 0, "only calls that took this long or longer, such as 2s")
	flags.StringVar(&o.search, "search", "", "only calls whose question or answer has these `WORDS`")
	flags.StringSliceVar(&o.in, "in", nil, "where --search looks: input, output, system; the first two if not set")
}

// filter turns them into what the ledger takes.
func (o *logsFilter) filter(e *env, now time.Time) (f ledger.Filter, err error) {
	if f.Since, f.Until, f.Zone, err = o.times(now); err != nil {
		return f, err
	}
	f.Tenant, f.Project, f.Model, f.RunID, f.Experiment = e.tenant, o.project, o.model, o.run, o.experiment
	f.Prompt, f.Version, _ = strings.Cut(o.prompt, "@")
	f.CaseID, f.Tag, f.Conversation = o.caseID, o.tag, o.conversation
	f.Parent, f.KeyName = o.parent, o.key
	f.MinLatency, f.ErrorKind = o.minLatency, llm.ErrorKind(o.errorKind)
	if err := oneOf("--source", o.source, "chat", "eval", "judge", "batch", "server"); err != nil {
		return f, err
	}
	if err := oneOf("--status", o.status, "ok", "incomplete", "error", "canceled"); err != nil {
		return f, err
	}
	if err := oneOf("--cache", o.cache, ledger.CacheHit, ledger.CacheMiss); err != nil {
		return f, err
	}
	f.Source, f.Status, f.Cache = ledger.Source(o.source), ledger.Status(o.status), o.cache
	if o.minCost != "" {
		m, err := parseDollars("--min-cost", o.minCost)
		if err != nil {
			return f, err
		}
		f.MinCost = *m
	}
	if o.search == "" && len(o.in) > 0 {
		return f, diag.Errorf("--in says where to search, and nothing is searched for").WithHint("add --search WORDS")
	}
	if o.search != "" {
		f.Search, err = ledger.ParseQuery(o.search, parts(o.in)...)
	}
	return f, err
}

func parts(names []string) []ledger.SearchIn {
	out := make([]ledger.SearchIn, len(names))
	for i, n := range names {
		out[i] = ledger.SearchIn(n)
	}
	return out
}

// oneOf refuses a value that is set and not one of these.
func oneOf(flag, value string, allowed ...string) error {
	if value == "" || slices.Contains(allowed, value) {
		return nil
	}
	err := diag.Errorf("%s %q is not known", flag, value)
	if near := diag.DidYouMean(value, allowed); near != "" {
		return err.WithHint("%s", near)
	}
	return err.WithHint("one of %s", strings.Join(allowed, ", "))
}
