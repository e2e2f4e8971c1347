package cli

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// caseLine is a case as a suite reads it. Of input, vars and messages exactly one is set.
type caseLine struct {
	ID       string            `json:"id"`
	Input    string            `json:"input,omitempty"`
	Vars     map[string]any    `json:"vars,omitempty"`
	Messages []caseMessage     `json:"messages,omitempty"`
	Expected string            `json:"expected,omitempty"`
	Tags     []string          `json:"tags,omitempty"`
	Metadata map[string]string `json:"metadata"`
}

type caseMessage struct {
	Role    llm.Role `json:"role"`
	Content string   `json:"content"`
}

// caseExport makes cases of calls, which come the newest first, and writes them the oldest first.
type caseExport struct {
	o     *exportOptions
	e     *env
	w     io.Writer
	seen  map[string]bool // sha256 of the questions
	lines [][]byte        // the newest first

	unkept, odd, unanswered, same int
}

func (x *caseExport) add(r *ledger.Record) error {
	switch {
	case r.Kept != ledger.TextsFull && r.Kept != ledger.TextsRedacted || len(r.Messages) == 0:
		x.unkept++
		return nil
	case x.o.expected && (r.Status != ledger.OK || outputText(r) == ""):
		x.unanswered++
		return nil
	}
	c, ok := x.line(r)
	if !ok {
		x.odd++
		return nil
	}
	key, err := questionKey(c, r)
	if err != nil {
		return err
	}
	if x.seen[key] && !x.o.duplicates {
		x.same++
		return nil
	}
	x.seen[key] = true
	var line bytes.Buffer
	if err := writeLine(&line, c); err != nil {
		return err
	}
	x.lines = append(x.lines, line.Bytes())
	return nil
}

// line makes a case, or tells that the call has images or tools, which a case cannot say.
func (x *caseExport) line(r *ledger.Record) (c caseLine, ok bool) {
	c = caseLine{ID: r.TraceID, Tags: slices.Concat(r.Tags, x.o.addTags), Metadata: map[string]string{
		"trace_id": r.TraceID, "time": r.Time.Format(time.RFC3339), "model": r.Model(), "source": string(r.Source),
	}}
	if ref := ref(r); ref != "" {
		c.Metadata["prompt"] = ref
	}
	if x.o.expected {
		c.Expected = outputText(r)
	}
	if r.Prompt != "" && len(r.Vars) > 0 {
		c.Vars = r.Vars
		return c, true
	}
	for _, m := range r.Messages {
		if !textOnly(m.Parts) || m.Role == llm.RoleTool {
			return c, false
		}
		if m.Role == llm.RoleSystem && x.o.noSystem {
			continue
		}
		c.Messages = append(c.Messages, caseMessage{m.Role, m.Text()})
	}
	if len(c.Messages) == 1 && c.Messages[0].Role == llm.RoleUser {
		c.Input, c.Messages = c.Messages[0].Content, nil
	}
	return c, c.Input != "" || len(c.Messages) > 0
}

// outputText is the answer's text.
func outputText(r *ledger.Record) string {
	return llm.Message{Parts: r.Output}.Text()
}

func textOnly(parts []llm.Part) bool {
	for _, p := range parts {
		if p.Media != nil || p.ToolCall != nil || p.ToolResult != nil || p.Extra != nil {
			return false
		}
	}
	return true
}

// questionKey is the same for questions that are the same: variables of the same prompt, or messages.
func questionKey(c caseLine, r *ledger.Record) (string, error) {
	prompt := ""
	if c.Vars != nil {
		prompt = r.Prompt
	}
	b, err := json.Marshal([]any{prompt, c.Input, c.Vars, c.Messages})
	sum := sha256.Sum256(b)
	return string(sum[:]), err
}

func (x *caseExport) finish() error {
	for _, line := range slices.Backward(x.lines) {
		if _, err := x.w.Write(line); err != nil {
			return err
		}
	}
	var left []string
	for _, l := range []struct {
		n   int
		why string
	}{
		{x.same, "the same question as a newer call"},
		{x.unkept, "without texts (ledger.texts)"},
		{x.unanswered, "without a whole answer to expect"},
		{x.odd, "with images or tools, which a case cannot have"},
	} {
		if l.n > 0 {
			left = append(left, grouped(l.n)+" "+l.why)
		}
	}
	text := plural(len(x.lines), "case")
	if len(left) > 0 {
		text += "; left out: " + strings.Join(left, ", ")
	}
	x.e.info("%s", text)
	return nil
}
