package cli

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// helpWidth is the width that help is written for.
const helpWidth = 80

// help prints a command's description and usage, wrapped.
func help(cmd *cobra.Command, _ []string) {
	text := cmd.Long
	if text == "" {
		text = cmd.Short
	}
	cmd.Printf("%s\n\n", strings.TrimSpace(text))
	if cmd.Runnable() || cmd.HasSubCommands() {
		cmd.Print(usageText(cmd))
	}
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
