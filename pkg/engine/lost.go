package engine

import (
	"cmp"
	"errors"
	"strings"

	"github.com/oklog/ulid/v2"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// Lost is an answer, or a part of one, that was thrown away, since a filter had stopped it or it broke off and another
// try was made. Its provider charges for it all the same.
type Lost struct {
	llm.Try
	Usage   *llm.Usage // what the provider told, or what was counted here; nil means unknown
	Counted bool       // Usage was counted here
	Cost    *llm.Money // nil means unpriced
}

// lose prices the answers that the gateway threw away.
func lose(cfg Config, res *Result) {
	if res.Response == nil || len(res.Response.Lost) == 0 {
		return
	}
	for _, t := range res.Response.Lost {
		l := Lost{Try: t, Usage: t.Usage}
		if l.Usage == nil && cfg.Count != nil {
			l.Usage, l.Counted = cfg.Count.usage(l.result(res.Request)), true
		}
		if l.Usage != nil && cfg.Price != nil {
			l.Cost = cfg.Price(t.Ref, l.Usage)
		}
		res.Lost = append(res.Lost, l)
		res.Extra = addMoney(res.Extra, l.Cost)
	}
}

// result is the lost answer as that of a call of its own.
func (l *Lost) result(req *llm.Request) *Result {
	asked := *req
	asked.Model = l.Ref
	return &Result{Request: &asked, Response: l.Response}
}

// record is what the ledger keeps of an answer that was thrown away: a call of its own, as a part of the one for which it was
// made. The messages are with that.
func (l *Lost) record(of *ledger.Record, keyName func(string) string) ledger.Record {
	r := ledger.Record{
		TraceID: ulid.Make().String(), Parent: of.TraceID, Time: of.Time, Tenant: of.Tenant, Project: of.Project,
		Conversation: of.Conversation, Unit: of.Unit, Source: of.Source, RunID: of.RunID, CaseID: of.CaseID, Repeat: of.Repeat, Tags: of.Tags,
		Prompt: of.Prompt, Version: of.Version, PromptSHA256: of.PromptSHA256, Experiment: of.Experiment,
		ModelAsked: l.Ref, ModelAnswered: l.Model, RequestHash: of.RequestHash,
		Usage: l.Usage, Cost: l.Cost, TTFT: l.Timing.TTFT, Total: l.Timing.Total, FinishReason: l.FinishReason, Attempts: 1, Output: l.Parts,
		Status: ledger.Incomplete, FallbackReason: "thrown away: content filter",
	}
	r.Provider, _, _ = strings.Cut(l.Ref, "/")
	if l.Counted {
		r.UsageSource = ledger.UsageEstimated
	}
	if keyName != nil {
		r.KeyName = keyName(l.Ref)
	}
	if l.Err == nil {
		return r
	}
	if len(l.Parts) == 0 {
		r.Status = ledger.Failed
	}
	var e *llm.Error
	if errors.As(l.Err, &e) {
		r.ErrorKind = e.Kind
	}
	r.FallbackReason = "thrown away: " + strings.ReplaceAll(cmp.Or(string(r.ErrorKind), "it failed"), "_", " ")
	return r
}
