package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/provider/replay"
	"github.com/llmops-toolkit/llmops/pkg/report"
)

func (e *env) printRun(o evalRunOptions, suite *eval.Suite, out *eval.Outcome) error {
	if o.json {
		return writeJSON(e.out, out.Result)
	}
	if err := report.Text(e.out, e.reportOf(suite, out), e.reportStyle()); err != nil {
		return err
	}
	e.tellUnread(out.Unread)
	return nil
}

// tellUnread says which expectations of cases came to nothing.
func (e *env) tellUnread(list []eval.Unread) {
	for _, u := range list {
		hint := map[string]string{"expected_intent": " (the scorer intent does)", "expected_tone": " (the scorer tone does)", "schema": " (the scorer json_schema does)"}[u.Field]
		e.info("note: no scorer looks at %s, which %s", u.Field, havePlural(u.Cases)+hint)
	}
}

func havePlural(cases int) string {
	if cases == 1 {
		return "1 case has"
	}
	return grouped(cases) + " cases have"
}

// answersFrom says where the answers of a recording came from, "" for a model that was asked.
func answersFrom(suite *eval.Suite, model string) string {
	ref, err := suite.ModelRef(model)
	path, recorded := strings.CutPrefix(ref, "replay/")
	if err != nil || !recorded {
		return ""
	}
	path, _, _ = strings.Cut(path, "?")
	header, err := replay.ReadHeader(path)
	switch {
	case err != nil || header.IsZero():
		return "recorded; the recording does not say where they came from"
	case header.Sample:
		return "sample answers, not a model's: " + header.Source
	}
	return "recorded: " + header.Source
}

// offerRetry says how what failed or is unscored can be made anew, where a run that has ended holds some.
func (e *env) offerRetry(name string, out *eval.Outcome) {
	run, r := out.Info.ID, &out.Result
	if m := out.Info.Matrix; m != nil {
		run = m.ID
	}
	if out.Info.RescoredOf == "" && (r.Errors > 0 || mostUnscored(r) > 0) {
		e.notice("make what failed or is unscored anew with: %s", e.again("eval", "run", name, "--resume", run, "--retry-failed"))
	}
}

func (e *env) evalVerdict(ctx context.Context, o evalRunOptions, name string, out *eval.Outcome, err error) error {
	switch {
	case err != nil && out.Dir != "":
		if ctx.Err() != nil {
			e.notice("stopped; what is finished is kept")
			err = &silentError{err}
		}
		args := []string{"eval", "run", name, "--resume", out.Info.ID}
		if o.record != "" {
			args = append(args, "--record", o.record)
		}
		e.notice("go on with: %s", e.again(args...))
		return err
	case err != nil:
		return err
	case !out.Result.Valid:
		e.offerRetry(name, out)
		return &codedError{exitItems, fmt.Errorf("the run is not valid: %s", out.Result.Invalid)}
	case out.Result.Errors > 0:
		e.offerRetry(name, out)
		return &codedError{exitItems, fmt.Errorf("%s failed; and what they were for is unscored", plural(out.Result.Errors, "call"))}
	}
	return nil
}
