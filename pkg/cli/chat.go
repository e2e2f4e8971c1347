package cli

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/chat"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/engine"
	"github.com/llmops-toolkit/llmops/pkg/ledger"
	"github.com/llmops-toolkit/llmops/pkg/llm"
	"github.com/llmops-toolkit/llmops/pkg/provider"
	"github.com/llmops-toolkit/llmops/pkg/provider/replay"
)

// chatOptions are chat's flags.
type chatOptions struct {
	modelFlags
	system       string
	prompt       string
	vars         []string
	varsFile     string
	attach       []string
	json         bool
	usage        bool
	resume       bool
	conversation string
	unit         string
	task         string
	tags         []string
	timeout      time.Duration
	idleTimeout  time.Duration
	noStream     bool
	record       string
}

func newChat(e *env) *cobra.Command {
	var o chatOptions
	cmd := &cobra.Command{
		Use:   "chat [PROMPT]",
		Short: "Ask a model once, or go on with a conversation",
		Long: `Ask a model. The answer goes to standard output as it arrives and nothing else
does; piped standard input is added after PROMPT. An answer whose stream ends
early is an error (exit code 6).`,
		Example: `  llmops chat -m openai/gpt-4o-mini-2024-07-18 "Name three rivers"
  git diff | llmops chat -m ollama/llama3.2 "Write a commit message"
  llmops chat -p content-summarize@^1.0 --var text="…" -u
  llmops chat -c "And in Turkish?"`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runChat(cmd, e, o, strings.Join(args, " "))
		},
	}
	o.declare(cmd)
	_ = cmd.RegisterFlagCompletionFunc("prompt", e.completePrompts)
	return cmd
}

func (o *chatOptions) declare(cmd *cobra.Command) {
	o.modelFlags.declare(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&o.system, "system", "s", "", "system `MESSAGE`")
	flags.StringVarP(&o.prompt, "prompt", "p", "", "prompt of the registry, as `NAME@CONSTRAINT`")
	flags.StringArrayVar(&o.vars, "var", nil, "variable of the prompt, `NAME=VALUE` or NAME:=JSON (repeatable)")
	flags.StringVar(&o.varsFile, "vars", "", "JSON or YAML `FILE` of variables")
	flags.StringArrayVarP(&o.attach, "attach", "a", nil, "image, PDF or text `FILE`, or the address of an image (repeatable)")
	flags.BoolVar(&o.json, "json", false, "print one JSON object instead of the answer")
	flags.BoolVarP(&o.usage, "usage", "u", false, "print tokens, cost and speed to standard error")
	flags.BoolVarP(&o.resume, "continue", "c", false, "go on with the latest conversation")
	flags.StringVar(&o.conversation, "conversation", "", "go on with the conversation of this `ID`")
	flags.StringVar(&o.task, "task", "", "what it is for, as the `NAME` that routing rules know it by")
	flags.StringArrayVar(&o.tags, "tag", nil, "`TAG` for routing rules (repeatable)")
	flags.StringVar(&o.unit, "unit", "", "who it is for, such as a user's `ID`: an experiment gives it the same version each time")
	flags.DurationVar(&o.timeout, "timeout", 0, "longest time for the whole answer, such as 90s")
	flags.DurationVar(&o.idleTimeout, "idle-timeout", 0, "longest silence inside the answer, such as 20s")
	flags.BoolVar(&o.noStream, "no-stream", false, "ask for the answer in one piece")
	flags.StringVar(&o.record, "record", "", "append the answer to this recording `FILE`")
}

func runChat(cmd *cobra.Command, e *env, o chatOptions, words string) error {
	ctx := cmd.Context()
	turn, err := o.turn(cmd, e, words)
	if err != nil {
		return err
	}
	p := newPrinter(e, o.json)
	opts := o.engine()
	opts.unkept = func(err error) { p.unkept = err }
	eng, err := e.engine(ctx, opts)
	if err != nil {
		return err
	}
	conversations, err := e.conversations()
	if err != nil {
		return err
	}
	if o.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, o.timeout, &llm.Error{Kind: llm.KindTimeout, Message: "no whole answer within --timeout " + o.timeout.String()})
		defer cancel()
	}
	if !o.noStream && !o.json {
		turn.Call.Request.OnDelta = p.delta
	}
	out, err := chat.Ask(ctx, eng, conversations, turn)
	var late *llm.Error
	if err != nil && errors.As(context.Cause(ctx), &late) {
		err = late // names --timeout, where err knows of a deadline only
	}
	return p.finish(ctx, out, err, o.usage)
}

// turn gathers what is asked from arguments, flags and standard input.
func (o *chatOptions) turn(cmd *cobra.Command, e *env, words string) (chat.Turn, error) {
	var t chat.Turn
	if err := o.check(cmd, words); err != nil {
		return t, err
	}
	req, err := o.request(cmd, e)
	if err != nil {
		return t, err
	}
	vars, err := e.variables(o.varsFile, o.vars)
	if err != nil {
		return t, err
	}
	cfg, err := e.config()
	if err != nil {
		return t, err
	}
	t = chat.Turn{
		Call:   engine.Call{Prompt: o.prompt, Vars: vars, Request: req, Tenant: cfg.Tenant, Source: ledger.FromChat, Conversation: o.conversation, Unit: o.unit, Task: o.task, Tags: o.tags},
		System: o.system, Text: words, Continue: o.resume,
	}
	for _, ref := range o.attach {
		part, err := wait(e.done, ref, func() (llm.Part, error) { return chat.Attach(ref) })
		if err != nil {
			return t, err
		}
		t.Attached = append(t.Attached, part)
	}
	piped, err := e.pipedInput()
	if err != nil {
		return t, err
	}
	t.Text = joinInput(words, piped)
	if t.Text == "" && len(t.Attached) == 0 && o.prompt == "" {
		return t, diag.Errorf("nothing to ask").WithHint(`give a prompt: llmops chat "Say hello", or -p name, or text on standard input`)
	}
	return t, nil
}

func (o *chatOptions) check(cmd *cobra.Command, words string) error {
	switch {
	case o.resume && o.conversation != "":
		return diag.Errorf("--continue and --conversation exclude each other")
	case o.prompt == "" && (len(o.vars) > 0 || o.varsFile != ""):
		return diag.Errorf("variables are given and no prompt to fill").WithHint("name the prompt: -p name@^1.0.0")
	}
	for name, text := range map[string]string{"the prompt": words, "--system": o.system} {
		if err := checkUTF8(name, []byte(text)); err != nil {
			return err
		}
	}
	if err := checkTimeout("--timeout", o.timeout, cmd.Flags().Changed("timeout")); err != nil {
		return err
	}
	return checkTimeout("--idle-timeout", o.idleTimeout, cmd.Flags().Changed("idle-timeout"))
}

func (o *chatOptions) engine() engineOptions {
	opts := engineOptions{single: true, record: o.record, timeouts: provider.Timeouts{Idle: o.idleTimeout}}
	if o.json && !o.noStream { // nothing of a stream is shown before its end, so that another answer may take its place
		opts.around = streamed
	}
	if o.record != "" {
		opts.header = replay.Header{Source: "recorded by llmops chat --record", Model: o.model, Created: time.Now().UTC().Format(time.RFC3339)}
	}
	return opts
}

// streamed asks a provider for a stream, for its timing and its timeouts.
func streamed(next llm.Model) llm.Model {
	return llm.ModelFunc(func(ctx context.Context, req *llm.Request) (*llm.Response, error) {
		return next.Generate(ctx, req.Streamed())
	})
}

// joinInput puts what was piped behind what was typed, with an empty line between them.
func joinInput(words, piped string) string {
	if words == "" || strings.TrimSpace(piped) == "" {
		return words + strings.TrimRight(piped, "\n")
	}
	return words + "\n\n" + strings.TrimRight(piped, "\n")
}
