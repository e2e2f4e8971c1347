package provider_test

import (
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider"
	"github.com/llmops-toolkit/llmops/pkg/provider/providertest"
)

// expectation is what must come of a fault.
type expectation struct {
	outcome
	settings provider.Settings
}

// failed is an error before anything of the answer came.
func failed(kind llm.ErrorKind) outcome {
	return outcome{kind: kind, retryable: (&llm.Error{Kind: kind}).Retryable()}
}

// cutOff is an error after Partial.
func cutOff(kind llm.ErrorKind) outcome {
	o := failed(kind)
	o.text, o.deltas = providertest.Partial, providertest.Partial
	return o
}

func answered() outcome {
	return outcome{text: providertest.Answer, deltas: providertest.Answer, finish: llm.FinishStop, usage: true}
}

func (o outcome) with(change func(*outcome)) outcome {
	change(&o)
	return o
}

// short is long enough for a loopback on a busy machine, and short enough for a test.
const short = 600 * time.Millisecond

// expected says what must come of a fault; false when nobody has thought about it.
func expected(f providertest.Fault, d providertest.Dialect, streamed bool) (expectation, bool) {
	var e expectation
	o, ok := outcomes()[f.Name()]
	if !ok {
		o, ok = outcomes()[f.ID]
	}
	e.outcome = o
	switch f.Name() {
	case "slow-loris/no-headers":
		e.settings.Timeouts.FirstByte = short
	case "slow-loris/dripping":
		e.settings.Timeouts.Total = 2 * short
	case "slow-loris", "slow-loris/mid-event":
		e.settings.Timeouts.Idle = short
	}
	if f.ID == "gzip-bomb" && (streamed || d != providertest.OpenAI) {
		e.settings.MaxBytes = 4 << 20 // one case goes all the way to the default
	}
	if !streamed {
		e.deltas = ""
	}
	e.usage = e.usage || usageBefore(f, d, e.outcome)
	return e, ok
}

// usageBefore tells whether the input's tokens were told before the fault struck: Anthropic tells them
// first, and half a usage is kept with half an answer.
func usageBefore(f providertest.Fault, d providertest.Dialect, o outcome) bool {
	return d == providertest.Anthropic && o.kind != "" && (o.text != "" || strings.HasSuffix(f.Name(), "/first"))
}

func outcomes() map[string]outcome {
	no := func(o *outcome) { o.retryable = false }
	wait := func(d time.Duration) func(*outcome) { return func(o *outcome) { o.retryAfter = d } }
	return map[string]outcome{
		"truncated-clean-eof":                cutOff(llm.KindTruncated),
		"truncated-clean-eof/one-piece":      failed(llm.KindTruncated),
		"truncated-clean-eof/content-length": failed(llm.KindTruncated),
		"truncated-mid-event":                cutOff(llm.KindTruncated),
		"rst-mid-stream":                     cutOff(llm.KindTruncated),
		"no-done-but-finish":                 answered().with(func(o *outcome) { o.usage = false }),
		"done-then-linger":                   answered(),

		"error-data":                               cutOff(llm.KindServer),
		"error-data/fatal":                         cutOff(llm.KindInvalid),
		"error-data/first":                         failed(llm.KindServer),
		"error-event-no-wrapper":                   cutOff(llm.KindServer).with(no),
		"anthropic-overloaded-event":               failed(llm.KindOverloaded),
		"anthropic-overloaded-event/after-content": cutOff(llm.KindOverloaded),
		"malformed-chunk":                          cutOff(llm.KindMalformed),

		"empty-choices": answered(),
		"usage-missing": answered().with(func(o *outcome) { o.usage = false }),
		"gemini-no-content/MALFORMED_FUNCTION_CALL": failed(llm.KindMalformed).with(func(o *outcome) { o.usage, o.finish = true, llm.FinishError }),
		"gemini-no-content/NO_IMAGE":                failed(llm.KindMalformed).with(func(o *outcome) { o.usage, o.finish = true, llm.FinishError }),
		"gemini-no-content/MAX_TOKENS":              {finish: llm.FinishLength, usage: true},
		"gemini-blocked-prompt":                     {finish: llm.FinishContentFilter, usage: true},
		"content-filter": {
			text: providertest.Partial, deltas: providertest.Partial, finish: llm.FinishContentFilter, usage: true,
		},
		"dup-or-empty-ids": answered(),

		"anthropic-529":                      failed(llm.KindOverloaded),
		"429-retry-after":                    failed(llm.KindRateLimit).with(wait(providertest.RetryAfter)),
		"429-reset-headers":                  failed(llm.KindRateLimit).with(wait(providertest.ResetAfter)),
		"429-quota":                          failed(llm.KindQuota),
		"x-should-retry/false":               failed(llm.KindServer).with(no),
		"x-should-retry/true":                failed(llm.KindInvalid).with(func(o *outcome) { o.retryable = true }),
		"408-409":                            failed(llm.KindConflict),
		"503-html":                           failed(llm.KindServer),
		"200-html":                           failed(llm.KindMalformed),
		"200-json-error":                     failed(llm.KindServer),
		"200-json-error/answer-in-one-piece": failed(llm.KindMalformed),
		"200-empty":                          failed(llm.KindEmpty),

		"line-1MiB": answered().with(func(o *outcome) {
			o.text = providertest.Partial + strings.Repeat("x", 1<<20)
			o.deltas = o.text
		}),
		"line-40MiB":      cutOff(llm.KindTooLarge),
		"crlf":            answered(),
		"bare-cr":         answered(),
		"bom":             answered(),
		"multi-line-data": answered(),
		"comments-500":    answered(),
		"utf8-split":      answered(),

		"slow-loris":            cutOff(llm.KindTimeout),
		"slow-loris/no-headers": failed(llm.KindTimeout),
		"gzip-bomb":             failed(llm.KindTooLarge),
		"redirect-cross-host":   failed(llm.KindRedirect),
	}
}
