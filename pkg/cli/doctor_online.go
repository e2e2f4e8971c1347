package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/gateway"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// probe asks each model one short question, as a stream.
func (d *doctor) probe(ctx context.Context, models []string) {
	if len(models) == 0 {
		models = d.named()
	}
	if len(models) == 0 {
		d.add(check{Name: "online", Health: healthWarn, Detail: "the project names no model", Hint: "name one: llmops doctor --online -m PROVIDER/MODEL"})
		return
	}
	model, err := d.e.gateway(ctx, engineOptions{retry: &gateway.Retry{Attempts: 1}})
	if err != nil {
		d.add(failedCheck("online", exitUsage, err))
		return
	}
	slices.Sort(models)
	for _, ref := range slices.Compact(models) {
		if alias, ok := d.cfg.Models[ref]; ok && alias.Ref() != "" {
			ref = alias.Ref()
		}
		d.add(ask(ctx, model, ref))
	}
}

// ask checks what matters of an endpoint: that it streams, that it reports the usage of a stream, and
// that the stream ends with its terminal marker (without which Generate fails).
func ask(ctx context.Context, model llm.Model, ref string) check {
	deltas := 0
	resp, err := model.Generate(ctx, &llm.Request{
		Model: ref, MaxTokens: 64,
		Messages: []llm.Message{llm.Text(llm.RoleUser, "Reply with the word ok.")},
		OnDelta:  func(llm.Delta) error { deltas++; return nil },
	})
	name := "online " + ref
	if err != nil {
		var e *llm.Error
		code := exitFailure
		if errors.As(err, &e) && e.Kind == llm.KindAuth {
			code = exitAuth
		}
		var user *diag.Error
		if errors.As(err, &user) {
			code = exitUsage
		}
		return failedCheck(name, code, err)
	}
	facts := []string{
		fmt.Sprintf("streams (%d deltas, first after %s)", deltas, ms(resp.Timing.TTFT)),
		"ends with its terminal marker", "reports usage",
	}
	c := passed(name, "")
	if resp.Usage == nil {
		facts[2] = "reports no usage"
		c.Health, c.Hint = healthWarn, "cost and tokens of streamed answers will be unknown"
	}
	if deltas == 0 {
		facts[0] = "sent no delta"
		c.Health = healthWarn
	}
	c.Detail = strings.Join(facts, ", ")
	return c
}
