package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

// helpTopic is a command without a run function: cobra lists it as a topic of help. Its text is longText's.
func helpTopic(name, short string) *cobra.Command { return &cobra.Command{Use: name, Short: short} }

// longText describes a command. That of a topic is made when somebody asks for it, and not at every start.
func longText(cmd *cobra.Command) string {
	text := cmd.Long
	switch {
	case cmd.IsAdditionalHelpTopicCommand() && cmd.Name() == "exit-codes":
		text = exitCodesHelp
	case cmd.IsAdditionalHelpTopicCommand() && cmd.Name() == "environment":
		text = environmentHelp()
	case text == "":
		text = cmd.Short
	}
	return strings.TrimSpace(text)
}
