package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

func newLogsShow(e *env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show all that is recorded of one call",
		Long: `Show all that is recorded of one call: its messages and answer as the ledger
keeps them, then tokens, cost, times and how it was routed. ID is the call's
trace id, or its end as long as no other call ends so; "last" is the newest.`,
		Example: "  llmops logs show last\n  llmops logs show 01JNABCDEFGHIJKLMN00000000 --json",
		Args:    usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runLogsShow(cmd.Context(), e, args[0], asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

func runLogsShow(ctx context.Context, e *env, id string, asJSON bool) error {
	l, err := (&lazyLedger{e: e}).existing(ctx)
	var r *ledger.Record
	if err == nil {
		r, err = l.Find(ctx, e.tenant, id)
	}
	if errors.Is(err, ledger.ErrNotFound) {
		return diag.Errorf("no call %q in the ledger", id).WithHint("`llmops logs` lists the calls; pruned ones are gone")
	}
	if err != nil {
		return err
	}
	if asJSON {
		return writeJSON(e.out, newCallJSON(r, true))
	}
	return e.showCall(r)
}

func (e *env) showCall(r *ledger.Record) error {
	var b strings.Builder
	for _, f := range fields(r) {
		if f[1] != "" {
			fmt.Fprintf(&b, "%-13s %s\n", f[0], termsafe.Line(f[1]))
		}
	}
	st := e.outStyle()
	part := func(title, text string) {
		fmt.Fprintf(&b, "\n%s\n%s\n", st.faint("── "+termsafe.Line(title)+" ──"), strings.TrimRight(termsafe.String(text), "\n"))
	}
	switch r.Kept {
	case ledger.TextsOff:
		b.WriteString("\nthe texts of this call are not kept\n")
	case ledger.TextsHashed:
		part("sha256 of the messages", r.TextHashes.Messages)
		part("sha256 of the answer", r.TextHashes.Output)
	default:
		for _, m := range r.Messages {
			part(string(m.Role), readable(m.Parts))
		}
		if len(r.Output) > 0 {
			part("answer", readable(r.Output))
		}
	}
	_, err := e.out.Write([]byte(b.String()))
	return err
}

// fields are the lines of a call; those with nothing to say are "".
func fields(r *ledger.Record) [][2]string {
	j := newCallJSON(r, true)
	return [][2]string{
		{"call", r.TraceID},
		{"part of", r.Parent},
		{"time", r.Time.Format(time.RFC3339Nano)},
		{"tenant", r.Tenant},
		{"project", r.Project},
		{"source", string(r.Source)},
		{"key", r.KeyName},
		{"conversation", r.Conversation},
		{"unit", r.Unit},
		{"run", r.RunID},
		{"case", caseOf(r)},
		{"tags", strings.Join(r.Tags, ", ")},
		{"model", j.Model},
		{"asked for", other(r.ModelAsked, j.Model)},
		{"answered by", answeredBy(r)},
		{"prompt", ref(r)},
		{"experiment", r.Experiment},
		{"variables", compactJSON(r.Vars)},
		{"status", words(string(r.Status), string(r.ErrorKind), string(r.FinishReason), attempts(r.Attempts))},
		{"eval", verdict(r.Passed)},
		{"tokens", usageWords(r)},
		{"cost", words(recorded(r), r.CostNote)},
		{"cache", words(r.Cache, savedWords(r.SavedCost))},
		{"route", words(r.Route, r.RouteReason)},
		{"fallback", fallbackWords(r)},
		{"cut", r.Cut},
		{"took", timing(r)},
		{"request", r.RequestHash},
	}
}

func words(list ...string) string {
	var out []string
	for _, w := range list {
		if w != "" {
			out = append(out, w)
		}
	}
	return strings.Join(out, ", ")
}

func other(a, b string) string {
	if a == b {
		return ""
	}
	return a
}

func answeredBy(r *ledger.Record) string {
	if r.ModelAnswered == "" || strings.HasSuffix(r.Model(), "/"+r.ModelAnswered) {
		return ""
	}
	return r.ModelAnswered
}

func caseOf(r *ledger.Record) string {
	if r.CaseID == "" || r.Repeat == 0 {
		return r.CaseID
	}
	return fmt.Sprintf("%s, repeat %d", r.CaseID, r.Repeat)
}

func attempts(n int) string {
	if n <= 1 {
		return ""
	}
	return plural(n, "attempt")
}

func verdict(passed *bool) string {
	switch {
	case passed == nil:
		return ""
	case *passed:
		return "passed"
	}
	return "failed"
}

func usageWords(r *ledger.Record) string {
	u := r.Usage
	if u == nil {
		return "unknown"
	}
	text := grouped(u.Input()) + " in"
	for _, p := range []struct {
		n    int64
		what string
	}{{u.CacheRead, "from the provider's cache"}, {u.CacheWrite + u.CacheWrite1h, "written to it"}} {
		if p.n > 0 {
			text += fmt.Sprintf(" (%s %s)", grouped(p.n), p.what)
		}
	}
	text += ", " + grouped(u.Output) + " out"
	if u.Reasoning > 0 {
		text += fmt.Sprintf(" (%s reasoning)", grouped(u.Reasoning))
	}
	if r.UsageSource != "" {
		text += ", " + r.UsageSource
	}
	return text
}

func savedWords(m *llm.Money) string {
	if m == nil {
		return ""
	}
	return "saved " + dollars(*m)
}

// fallbackWords are the models that were left, each with its reason. Records of earlier versions have the last one's.
func fallbackWords(r *ledger.Record) string {
	text, why := strings.Join(r.FallbackFrom, ", "), r.FallbackReason
	switch {
	case text == "" || why == "":
		return text + why // of an answer that was thrown away only why
	case strings.HasPrefix(why, r.FallbackFrom[0]+": "):
		return why
	}
	return text + ": " + why
}

func timing(r *ledger.Record) string {
	text := took(r)
	if r.TTFT > 0 {
		text += ", first token after " + r.TTFT.Round(time.Millisecond).String()
	}
	if r.TokensPerSecond != nil {
		text += ", " + strconv.FormatFloat(*r.TokensPerSecond, 'f', 1, 64) + " tokens/s"
	}
	return text
}

func compactJSON(vars map[string]any) string {
	if len(vars) == 0 {
		return ""
	}
	b, err := json.Marshal(vars)
	if err != nil {
		return ""
	}
	return string(b)
}

// readable writes the parts of a message for people.
func readable(parts []llm.Part) string {
	var b strings.Builder
	for _, p := range parts {
		switch {
		case p.Media != nil:
			fmt.Fprintf(&b, "[%s %s %s]\n", p.Media.MIME, p.Media.Name, p.Media.URL)
		case p.ToolCall != nil:
			fmt.Fprintf(&b, "[call of %s %s]\n", p.ToolCall.Name, p.ToolCall.Arguments)
		case p.ToolResult != nil:
			fmt.Fprintf(&b, "[result of %s] %s\n", p.ToolResult.Name, p.ToolResult.Content)
		case p.Reasoning != nil:
			fmt.Fprintf(&b, "[thinking] %s\n", p.Reasoning.Text)
		case p.Extra != nil:
			fmt.Fprintf(&b, "[%s %s]\n", p.Extra.Provider, p.Extra.Type)
		default:
			b.WriteString(p.Text)
		}
	}
	return b.String()
}
