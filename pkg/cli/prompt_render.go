package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

// promptVarFlags are --var and --vars.
type promptVarFlags struct {
	vars     []string
	varsFile string
}

func (o *promptVarFlags) declare(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&o.vars, "var", nil, "variable, `NAME=VALUE` or NAME:=JSON (repeatable)")
	cmd.Flags().StringVar(&o.varsFile, "vars", "", "JSON or YAML `FILE` of variables")
}

type promptRenderOptions struct {
	promptVarFlags
	model string
	json  bool
}

func newPromptRender(e *env) *cobra.Command {
	var o promptRenderOptions
	cmd := &cobra.Command{
		Use:   "render REF",
		Short: "Print a prompt's messages with variables filled in, and what they cost",
		Long: `Print the messages of a prompt with its variables filled in, with the count of
their tokens and the estimated cost of the input. Nothing is sent. A VALUE is
read as what the prompt declares: a number, a boolean, or JSON for a list or an
object.`,
		Example: `  llmops prompt render customer-support@^1.1 --var question="Where is my order?"
  llmops prompt render content-summarize --vars vars.json --json`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			return runPromptRender(e, o, args[0])
		},
		ValidArgsFunction: e.completeRefs(1),
	}
	o.declare(cmd)
	cmd.Flags().StringVarP(&o.model, "model", "m", "", "count and price for this `MODEL` instead of the prompt's")
	jsonFlag(cmd, &o.json)
	return cmd
}

type promptRenderJSON struct {
	Schema   string              `json:"schema"`
	Prompt   promptJSON          `json:"prompt"`
	Messages []promptMessageJSON `json:"messages"`
	promptCount
}

// promptMessageJSON has its text as Content, or its Parts where it is more than text.
type promptMessageJSON struct {
	Role    llm.Role   `json:"role"`
	Content *string    `json:"content,omitempty"`
	Parts   []llm.Part `json:"parts,omitempty"`
}

func runPromptRender(e *env, o promptRenderOptions, ref string) error {
	reg, err := e.prompts()
	if err != nil {
		return err
	}
	vars, err := e.variables(o.varsFile, o.vars)
	if err != nil {
		return err
	}
	v, err := reg.Resolve(ref)
	if err != nil {
		return err
	}
	messages, err := v.Render(v.Typed(vars))
	if err != nil {
		return err
	}
	count, err := e.countPrompt(v, o.model, messages)
	if err != nil {
		return err
	}
	if o.json {
		return writeJSON(e.out, promptRenderJSON{
			Schema: "llmops.prompt.render/v1", Prompt: promptJSON{v.Name, v.Version, v.SHA256}, Messages: messagesJSON(messages), promptCount: count,
		})
	}
	return e.printMessages(v, messages, count)
}

func messagesJSON(messages []llm.Message) []promptMessageJSON {
	out := make([]promptMessageJSON, len(messages))
	for i, m := range messages {
		out[i] = promptMessageJSON{Role: m.Role, Parts: m.Parts}
		if text, ok := onlyText(m); ok {
			out[i] = promptMessageJSON{Role: m.Role, Content: &text}
		}
	}
	return out
}

func onlyText(m llm.Message) (string, bool) {
	var b strings.Builder
	for _, p := range m.Parts {
		if p.Media != nil || p.ToolCall != nil || p.ToolResult != nil || p.Reasoning != nil || p.Extra != nil {
			return "", false
		}
		b.WriteString(p.Text)
	}
	return b.String(), true
}

func (e *env) printMessages(v *prompt.Version, messages []llm.Message, count promptCount) error {
	st := e.outStyle()
	for _, m := range messages {
		if err := e.say("%s\n%s\n", st.faint("["+string(m.Role)+"]"), e.shownText(strings.TrimRight(messageText(m), "\n"))); err != nil {
			return err
		}
	}
	for _, note := range count.Notes {
		e.info("note: %s", note)
	}
	return e.say("%s", st.faint(v.Ref()+": "+count.words()))
}

// messageText is a message's text, with a note where something else stands.
func messageText(m llm.Message) string {
	var b strings.Builder
	for _, p := range m.Parts {
		switch {
		case p.Media != nil && p.Media.URL != "":
			b.WriteString("(attached: " + p.Media.URL + ")")
		case p.Media != nil:
			b.WriteString("(attached: " + p.Media.MIME + ", " + plural(len(p.Media.Data), "byte") + ")")
		default:
			b.WriteString(p.Text)
		}
	}
	return b.String()
}
