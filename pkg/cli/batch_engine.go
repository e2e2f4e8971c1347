package cli

import (
	"context"
	"sync"

	"github.com/llmops-toolkit/llmops/pkg/batch"
	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/gateway"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider"
	"github.com/llmops-toolkit/llmops/pkg/quota"
)

// batchThrottle holds the calls to the limits that the flags set.
func (e *env) batchThrottle(o batchRunOptions) (*batch.Throttle, error) {
	catalog, err := e.catalog()
	if err != nil {
		return nil, err
	}
	var windows sync.Map // of int64 by model reference: the catalog takes a microsecond to find one
	return batch.NewThrottle(batch.ThrottleConfig{
		Concurrency: o.concurrency, Stream: o.stream,
		Limits: quota.Limits{RequestsPerMinute: o.rpm, TokensPerMinute: o.tpm, RequestsPerDay: o.rpd},
		Window: func(ref string) int64 {
			if n, ok := windows.Load(ref); ok {
				return n.(int64)
			}
			var n int64
			if m, ok := catalog().Find(ref); ok {
				if n = m.MaxInput; n == 0 {
					n = m.Context
				}
			}
			windows.Store(ref, n)
			return n
		},
	}), nil
}

// batchEngine is the engine with the throttle around each provider, inside of retry.
func (e *env) batchEngine(ctx context.Context, cfg *config.Config, t *batch.Throttle, o batchRunOptions) (*engine.Engine, error) {
	settings := e.providerSettings(ctx, cfg, provider.Timeouts{Total: o.timeout})
	gw := gateway.New(gateway.Config{
		Open: func(ref string) (llm.Model, error) {
			m, err := provider.Open(ref, settings)
			if err != nil {
				return nil, err
			}
			return llm.Wrap(m, t.Middleware()), nil
		},
		Retry: gateway.Retry{
			Attempts: o.attempts, Base: cfg.Retry.Base, MaxWait: cfg.Retry.MaxWait,
			MaxRetryAfter: cfg.Retry.MaxRetryAfter, Total: cfg.Retry.Total,
		},
	})
	price, err := e.pricer()
	if err != nil {
		return nil, err
	}
	ec := engine.Config{
		Gateway: gw, Prompts: lazyPrompts{e}, Model: cfg.Model, Aliases: aliases(cfg), Price: price, Ready: gw.Ready,
	}
	if !cfg.Ledger.Off {
		ec.Ledger = &lazyLedger{e: e}
		ec.OnRecordError = func(err error) { e.notice("warning: the call is not recorded: %v", err) }
	}
	return engine.New(ec), nil
}
