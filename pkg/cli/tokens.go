package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/tokens"
)

// tokensOptions are the flags of tokens.
type tokensOptions struct {
	model        string
	encoding     string
	json         bool
	byFile       bool
	top          int
	ids          bool
	decode       bool
	truncate     int
	exact        bool
	watchPrompts bool
}

func newTokens(e *env) *cobra.Command {
	o := tokensOptions{truncate: -1}
	cmd := &cobra.Command{
		Use:   "tokens [FILE|DIR|GLOB…]",
		Short: "Count the tokens of files or standard input, and what they cost as input",
		Long: `Count the tokens of files, of directories or of standard input. What .gitignore
leaves out of a directory is not counted, and neither are prompts.lock and
labels.yaml of the prompt registry, unless they are named. Counts for OpenAI's
encodings are exact; for other models they are estimates with a band, unless
--exact asks the provider's counting endpoint. The model is --model, else the
configuration's.`,
		Example: `  llmops tokens README.md
  llmops tokens -m openai/gpt-4o-mini-2024-07-18 --top 10 .
  echo "How many tokens is this?" | llmops tokens --ids
  llmops tokens --truncate 100 README.md
  llmops tokens --watch-prompts`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(cmd, args); err != nil {
				return err
			}
			return runTokens(cmd.Context(), e, o, args)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.model, "model", "m", "", "count for this `MODEL`")
	flags.StringVar(&o.encoding, "encoding", "", "count in this `ENCODING`: "+strings.Join(tokens.Encodings(), ", "))
	flags.BoolVar(&o.json, "json", false, "print as JSON")
	flags.BoolVar(&o.byFile, "by-file", false, "print a line for each file")
	flags.IntVar(&o.top, "top", 0, "print the `N` files with the most tokens")
	flags.BoolVar(&o.ids, "ids", false, "print the ids of the tokens")
	flags.BoolVar(&o.decode, "decode", false, "print the text of ids, which are arguments or standard input")
	flags.IntVar(&o.truncate, "truncate", -1, "print the beginning of the text that has at most `N` tokens")
	flags.BoolVar(&o.exact, "exact", false, "ask the provider's counting endpoint (sends the text)")
	flags.BoolVar(&o.watchPrompts, "watch-prompts", false, "compare the versions of the project's prompts; arguments name some of them")
	return cmd
}

func (o *tokensOptions) check(cmd *cobra.Command, args []string) error {
	var modes []string
	for _, name := range []string{"ids", "decode", "truncate", "exact", "watch-prompts"} {
		if cmd.Flags().Changed(name) {
			modes = append(modes, "--"+name)
		}
	}
	switch {
	case len(modes) > 1:
		return diag.Errorf("%s exclude each other", strings.Join(modes, " and "))
	case o.model != "" && o.encoding != "":
		return diag.Errorf("--model and --encoding exclude each other").WithHint("a model has its own encoding")
	case cmd.Flags().Changed("truncate") && o.truncate < 0:
		return diag.Errorf("--truncate %d is below 0", o.truncate)
	case cmd.Flags().Changed("top") && o.top < 1:
		return diag.Errorf("--top %d is not above 0", o.top)
	case o.exact && o.encoding != "":
		return diag.Errorf("--exact asks a provider, which --encoding has none of").WithHint("name a model: -m anthropic/claude-sonnet-4-5")
	case (o.ids || o.truncate >= 0) && len(args) > 1:
		return diag.Errorf("--ids and --truncate take one file or standard input")
	}
	return nil
}

func runTokens(ctx context.Context, e *env, o tokensOptions, args []string) error {
	if o.decode {
		return e.decodeTokens(o, args)
	}
	c, ref, err := e.counter(o)
	if err != nil {
		return err
	}
	switch {
	case o.watchPrompts:
		return e.watchPrompts(o, c, ref, args)
	case o.ids, o.truncate >= 0:
		return e.oneText(o, c, args)
	}
	count := counting{c: c}
	if o.exact {
		if count.ask, err = e.countingModel(ctx, ref, c); err != nil {
			return err
		}
	}
	found, err := e.countAll(ctx, &count, args)
	if found == nil {
		return err
	}
	if printErr := e.printTokens(o, found, c, ref, time.Now()); printErr != nil {
		return printErr
	}
	return err
}

// counter chooses how to count: by --encoding, --model, the configuration's model if its tokenizer is
// known, else by the encoding of OpenAI's current models. ref is "" when no model was chosen.
func (e *env) counter(o tokensOptions) (c *tokens.Counter, ref string, err error) {
	if o.encoding != "" {
		c, err = tokens.Encoding(o.encoding)
		return c, "", err
	}
	if o.model != "" {
		if ref, err = e.modelRef(o.model); err != nil {
			return nil, "", err
		}
		c, err = tokens.For(ref)
		return c, ref, err
	}
	cfg, err := e.config()
	if err != nil {
		return nil, "", err
	}
	if ref, err = e.modelRef(cfg.Model); err != nil {
		return nil, "", err
	}
	if c, err := tokens.For(ref); ref != "" && err == nil {
		return c, ref, nil
	}
	c, err = tokens.Encoding(tokens.EncodingO200k)
	return c, "", err
}
