package cli

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/llmops-toolkit/llmops/pkg/config"
)

// environmentHelp lists the variables, the settings' from the table that reads them.
func environmentHelp() string {
	var b strings.Builder
	b.WriteString("llmops reads these variables. A variable that is empty counts as not set. Those\n" +
		"for settings and keys may also stand in the project's .env; the real environment\nwins over it.\n\nSettings:\n")
	for _, k := range config.Keys() {
		fmt.Fprintf(&b, "  %-29s %s\n", k.Env, strings.ReplaceAll(ansi.Wrap(k.Doc, 48, ""), "\n", "\n"+strings.Repeat(" ", 32)))
	}
	b.WriteString("\nKeys of the built-in providers:\n")
	for _, p := range builtinKeys() {
		fmt.Fprintf(&b, "  %-29s %s\n", p[0], p[1])
	}
	b.WriteString(`
Where and how:
  LLMOPS_CONFIG                 configuration file instead of llmops.yaml
  XDG_CONFIG_HOME               holds llmops/config.yaml, the user's settings;
                                ~/.config if not set
  NO_COLOR                      any value: print without colour
  CLICOLOR_FORCE                not 0: colour even into a pipe; NO_COLOR wins
  COLUMNS                       width of tables
`)
	return strings.TrimRight(b.String(), "\n")
}
