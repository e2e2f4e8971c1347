package engine

import (
	"context"
	"errors"
	"maps"
	"strings"

	"github.com/oklog/ulid/v2"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// trace gives the call its id and, when all is over, its record in the ledger: of an answer, a part of
// one, a refusal or a cancelled call alike, but not of a mistake in what was asked for. The id is our own,
// since providers repeat theirs.
func trace(cfg Config) Stage {
	return func(next Handler) Handler {
		return func(ctx context.Context, call *Call) error {
			call.Result.TraceID = ulid.Make().String()
			call.Result.Started = cfg.Now()
			err := next(ctx, call)
			call.Result.Cost = addMoney(call.Result.Own, call.Result.Extra)
			call.Result.Latency = cfg.Now().Sub(call.Result.Started)
			if r := call.Result.Response; r != nil && r.Timing.Total > 0 {
				call.Result.Latency = r.Timing.Total
			}
			if cfg.Ledger != nil && (!mistaken(err) || len(call.Result.Lost) > 0) {
				keep(ctx, cfg, call, err)
			}
			return err
		}
	}
}

// keep hands the ledger the call, and what was thrown away for it. An interrupted call is recorded too, and a record
// that fails must not cost the answer.
func keep(ctx context.Context, cfg Config, call *Call, err error) {
	ctx = context.WithoutCancel(ctx)
	r := record(cfg, call, err)
	failed := cfg.Ledger.Append(ctx, r)
	for i := range call.Result.Lost {
		if failed == nil {
			failed = cfg.Ledger.Append(ctx, call.Result.Lost[i].record(&r, cfg.KeyName))
		}
	}
	if failed != nil && cfg.OnRecordError != nil {
		cfg.OnRecordError(failed)
	}
}

// mistaken tells that the call was never one: a prompt that does not exist, a variable that is missing.
func mistaken(err error) bool {
	var user *diag.Error
	return errors.As(err, &user)
}

// record sums up the call for the ledger.
func record(cfg Config, call *Call, err error) ledger.Record {
	res := &call.Result
	r := ledger.Record{
		TraceID: res.TraceID, Parent: call.Parent, Time: res.Started, Tenant: call.Tenant, Project: cfg.Project,
		Conversation: call.Conversation, Tags: call.Tags,
		Source: call.Source, RunID: call.Run, CaseID: call.Request.Case, Repeat: call.Request.Repeat,
		Cost: res.Own, Total: res.Latency, Status: status(res.Response, err),
		Unit: call.Unit, Experiment: res.Experiment, Cut: res.Cut.String(), Vars: maps.Clone(call.Vars),
		Route: res.Route, RouteReason: res.RouteReason,
	}
	if v := res.Prompt; v != nil {
		r.Prompt, r.Version, r.PromptSHA256 = v.Name, v.Version, v.SHA256
	}
	if req := res.Request; req != nil {
		r.ModelAsked, r.RequestHash, r.Messages = req.Model, req.Asked, req.Messages
		if r.RequestHash == "" { // it did not get as far as to be sent
			r.RequestHash = req.Hash()
		}
		r.Provider, _, _ = strings.Cut(req.Model, "/")
	}
	if resp := res.Response; resp != nil {
		if res.Counted != nil {
			r.UsageSource = ledger.UsageEstimated
		}
		r.ModelAnswered, r.Usage, r.TTFT, r.FinishReason = resp.Model, res.Usage(), resp.Timing.TTFT, resp.FinishReason
		r.Attempts, r.Output = resp.Attempts, resp.Parts
		switch r.SavedCost = res.Saved; {
		case resp.Cached:
			r.Cache = ledger.CacheHit
		case resp.Missed:
			r.Cache = ledger.CacheMiss
		}
		if len(resp.Tried) > 0 {
			r.FallbackFrom, r.FallbackReason = resp.Tried, resp.Why
		}
		if resp.Ref != "" {
			r.Provider, _, _ = strings.Cut(resp.Ref, "/")
		}
		if resp.Ref != r.ModelAsked || len(resp.Tried) > 0 { // prices are those of the reference, not of the provider's name for it
			r.Ref = resp.Ref
		}
		if cfg.KeyName != nil && resp.Ref != "" && !resp.Cached && !resp.Static {
			r.KeyName = cfg.KeyName(resp.Ref)
		}
	}
	if rate := res.TokensPerSecond(); rate > 0 {
		r.TokensPerSecond = &rate
	}
	var e *llm.Error
	if errors.As(err, &e) {
		r.ErrorKind = e.Kind
	}
	return r
}

func status(resp *llm.Response, err error) ledger.Status {
	switch partial := resp != nil && len(resp.Parts) > 0; {
	case err == nil:
		return ledger.OK
	case partial, errors.Is(err, llm.ErrTruncated):
		return ledger.Incomplete
	case errors.Is(err, context.Canceled):
		return ledger.Canceled
	}
	return ledger.Failed
}
