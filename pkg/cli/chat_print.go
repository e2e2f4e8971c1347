package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/chat"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

// printer writes an answer as it arrives: neutralised on a terminal, as it is into a pipe.
type printer struct {
	e       *env
	json    bool
	out     io.Writer
	safe    *termsafe.Writer // nil into a pipe
	unkept  error            // why the ledger does not have the call
	printed bool
	last    byte // the last byte printed
}

func newPrinter(e *env, asJSON bool) *printer {
	p := &printer{e: e, json: asJSON, out: e.out}
	if e.outTTY {
		p.safe = termsafe.NewWriter(e.out)
		p.out = p.safe
	}
	return p
}

// delta prints a piece of the answer at once.
func (p *printer) delta(d llm.Delta) error {
	return p.text(d.Text)
}

func (p *printer) text(s string) error {
	if s == "" {
		return nil
	}
	p.printed, p.last = true, s[len(s)-1]
	_, err := io.WriteString(p.out, s)
	return err
}

// finish prints what the deltas did not, then the usage, and says how the answer ended.
func (p *printer) finish(ctx context.Context, out *chat.Outcome, err error, usage bool) error {
	if p.json {
		if jsonErr := p.object(out, err); jsonErr != nil {
			return jsonErr
		}
	} else if textErr := p.rest(out); textErr != nil {
		return textErr
	}
	if usage && out.Result.Response != nil {
		p.e.notice("%s", usageLine(out))
	}
	p.shortened(out)
	p.warn(out)
	return p.verdict(ctx, out, err)
}

// shortened tells what of the conversation the model did not see.
func (p *printer) shortened(out *chat.Outcome) {
	c := out.Result.Cut
	if c == nil {
		return
	}
	what := "left out"
	if c.Strategy == engine.Summarize {
		what = "replaced by a summary"
		if cost := out.Result.Extra; cost != nil {
			what += " (" + price(cost) + ")"
		}
	}
	p.e.info("to fit the context window, the oldest %s, %s, were %s", plural(c.Messages, "message"), plural(c.Tokens-c.Left, "token"), what)
}

// warn tells, below the answer, what of it is not kept.
func (p *printer) warn(out *chat.Outcome) {
	what, why := "the call is not recorded", p.unkept
	if why == nil {
		what, why = "the conversation is not kept", out.Unkept
	}
	if why == nil {
		return
	}
	st := p.e.errStyle()
	p.e.tell(st.warn("warning:"), what+": "+why.Error())
	p.e.hint(why)
}

// rest prints an answer that was not streamed, tool calls, and a line end where the answer has none.
func (p *printer) rest(out *chat.Outcome) error {
	resp := out.Result.Response
	if resp == nil {
		return nil
	}
	if !p.printed {
		if err := p.text(resp.Text()); err != nil {
			return err
		}
	}
	if p.safe != nil {
		if err := p.safe.Close(); err != nil {
			return err
		}
	}
	if p.printed && p.last != '\n' {
		if _, err := io.WriteString(p.e.out, "\n"); err != nil {
			return err
		}
	}
	for _, call := range resp.ToolCalls() {
		b, err := json.Marshal(map[string]llm.ToolCall{"tool_call": call})
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(p.e.out, "%s\n", b); err != nil {
			return err
		}
	}
	return nil
}

// verdict turns an answer that is not whole into the error and exit code that say so.
func (p *printer) verdict(ctx context.Context, out *chat.Outcome, err error) error {
	resp := out.Result.Response
	if in := resp.StandIn().String(); in != "" && err == nil {
		p.e.info("%s", termsafe.Line(in))
	}
	partial := resp != nil && len(resp.Parts) > 0
	var sig signalError
	switch {
	case err != nil && errors.As(context.Cause(ctx), &sig):
		ended := "the answer is incomplete"
		if !partial {
			ended = "nothing of the answer had arrived"
		}
		p.e.notice("%s; %s", sig, ended)
		if partial && out.Conversation != "" {
			p.e.notice(`continue with: %s "go on"`, p.e.again("chat", "--conversation", out.Conversation))
		}
		return &silentError{err}
	case err != nil && partial:
		return &codedError{exitIncomplete, fmt.Errorf("the answer is incomplete: %w", err)}
	case err != nil:
		return err
	case resp.FinishReason == llm.FinishContentFilter:
		return errors.New("the provider's content filter stopped the answer")
	case resp.FinishReason == llm.FinishError:
		return errors.New("the provider reports that it failed to answer")
	case resp.FinishReason == llm.FinishLength:
		p.e.info("the answer stopped at the limit of tokens (--max-tokens)")
	}
	return nil
}

// usageLine is what -u prints.
func usageLine(out *chat.Outcome) string {
	r := out.Result
	parts := []string{"tokens unknown"}
	if u := r.Response.Usage; u != nil {
		parts[0] = fmt.Sprintf("%d in, %d out", u.Input(), u.Output)
		if cached := u.CacheRead; cached > 0 {
			parts[0] += fmt.Sprintf(" (%d from the provider's cache)", cached)
		}
		if u.Reasoning > 0 {
			parts[0] += fmt.Sprintf(" (%d of it reasoning)", u.Reasoning)
		}
	}
	if r.Response.Cached {
		parts = append(parts, "answered from the cache")
		if r.Saved != nil {
			parts[len(parts)-1] += ", which saved " + price(r.Saved)
		}
	}
	if r.Route != "" && r.Request != nil {
		parts = append(parts, fmt.Sprintf("%s by %s (%s)", r.Request.Model, ruleName(r.Route), r.RouteReason))
	}
	parts = append(parts, price(r.Cost)+extra(r))
	if t := r.Response.Timing.TTFT; t > 0 {
		parts = append(parts, "first token "+ms(t))
	}
	if rate := r.TokensPerSecond(); rate > 0 {
		parts = append(parts, fmt.Sprintf("%.1f tokens/s", rate))
	}
	parts = append(parts, "total "+ms(r.Latency))
	if n := r.Response.Attempts; n > 1 {
		parts = append(parts, fmt.Sprintf("%d attempts", n))
	}
	return strings.Join(parts, " · ")
}

// extra tells what of the cost is not the answer's own.
func extra(r *engine.Result) string {
	what, summed := plural(len(r.Lost), "answer")+" thrown away", r.Cut != nil && r.Cut.Strategy == engine.Summarize
	switch {
	case r.Extra == nil:
		return ""
	case summed && len(r.Lost) > 0:
		what += " and a summary"
	case summed:
		what = "a summary"
	}
	return fmt.Sprintf(" (%s of it for %s)", price(r.Extra), what)
}

func ms(d time.Duration) string {
	if d >= 10*time.Second {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%.0f ms", float64(d)/1e6)
}

func round(x float64, digits int) float64 {
	scale := math.Pow(10, float64(digits))
	return math.Round(x*scale) / scale
}

// ruleName is what a routing rule is called in a sentence. One without a name is "rule 2" already.
func ruleName(rule string) string {
	if strings.HasPrefix(rule, "rule ") {
		return rule
	}
	return "the rule " + rule
}
