package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// helpWidth is the width that help is written for.
const helpWidth = 80

// showHelp writes a command's description and usage, wrapped. What goes wrong with it ends the process with
// an error, as for every other output.
func (e *env) showHelp(cmd *cobra.Command, _ []string) {
	text := longText(cmd) + "\n\n"
	if cmd.Runnable() || cmd.HasSubCommands() {
		text += usageText(cmd)
	}
	_, err := io.WriteString(cmd.OutOrStdout(), text)
	e.helpErr = errors.Join(e.helpErr, err)
}

// newHelp is the help command. cobra's own takes a word that names nothing for a success.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND|TOPIC]",
		Short:   "Tell of a command or a topic",
		Example: "  llmops help exit-codes",
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			if err == nil && len(rest) == 0 {
				return found.Help()
			}
			parent := cmd.Root()
			if found != nil {
				parent = found
			}
			word := rest[0]
			e := diag.Errorf("%s has no command or topic %q", parent.CommandPath(), word)
			if near := diag.DidYouMean(word, commandNames(parent)); near != "" {
				return e.WithHint("%s", near)
			}
			return e.WithHint("`%s --help` lists them", parent.CommandPath())
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			found, _, err := cmd.Root().Find(args)
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return commandNames(found), cobra.ShellCompDirectiveNoFileComp
		},
	}
}

func commandNames(cmd *cobra.Command) []string {
	var names []string
	for _, c := range cmd.Commands() {
		if !c.Hidden {
			names = append(names, c.Name())
		}
	}
	return names
}

func usageText(cmd *cobra.Command) string {
	var b strings.Builder
	b.WriteString("Usage:\n")
	if cmd.Runnable() && !cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "  %s\n", cmd.UseLine())
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "  %s COMMAND\n", cmd.CommandPath())
	}
	if cmd.HasExample() {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", cmd.Example)
	}
	b.WriteString(listed(cmd, "\nCommands:\n", func(c *cobra.Command) bool { return c.IsAvailableCommand() }))
	flags(&b, "\nFlags:\n", cmd.LocalFlags())
	flags(&b, "\nGlobal flags:\n", cmd.InheritedFlags())
	b.WriteString(listed(cmd, "\nTopics of help:\n", func(c *cobra.Command) bool { return c.IsAdditionalHelpTopicCommand() }))
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\n`%s COMMAND --help` tells more of a command.\n", cmd.CommandPath())
	}
	return b.String()
}

func flags(b *strings.Builder, title string, set *pflag.FlagSet) {
	if set.HasAvailableFlags() {
		b.WriteString(title + set.FlagUsagesWrapped(helpWidth))
	}
}

// listed is a list of commands with what each does.
func listed(cmd *cobra.Command, title string, which func(*cobra.Command) bool) string {
	var b strings.Builder
	width := 0
	for _, c := range cmd.Commands() {
		width = max(width, len(c.Name()))
	}
	for _, c := range cmd.Commands() {
		if which(c) || (c.Name() == "help" && strings.HasPrefix(title, "\nCommands")) {
			short := ansi.Wrap(c.Short, helpWidth-width-5, "")
			fmt.Fprintf(&b, "  %-*s  %s\n", width, c.Name(), strings.ReplaceAll(short, "\n", "\n"+strings.Repeat(" ", width+4)))
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return title + b.String()
}
