package cli_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// groups are the commands that only hold others, and the topics of help.
var groups = []string{
	"", "batch", "cache", "config", "cost", "eval", "eval judge", "experiment", "models", "prompt", "quota", "route",
	"help exit-codes", "help environment",
}

// helpFor is a command's help: a topic's is its text.
func helpFor(name string) []string {
	if args := strings.Fields(name); len(args) > 0 && args[0] == "help" {
		return args
	}
	return append(strings.Fields(name), "--help")
}

// Help is read in a terminal of 80 columns.
func TestHelpFits(t *testing.T) {
	program := released(t)
	for _, name := range append(commands(t, program), groups...) {
		out, err := exec.CommandContext(t.Context(), program, helpFor(name)...).CombinedOutput()
		if err != nil {
			t.Errorf("%s --help: %v", name, err)
		}
		if !strings.Contains(string(out), "Examples:\n") && !strings.HasPrefix(name, "completion") && !strings.HasPrefix(name, "help") {
			t.Errorf("%s --help has no example", name)
		}
		for _, line := range strings.Split(string(out), "\n") {
			if w := ansi.StringWidth(line); w > 80 && !strings.HasPrefix(name, "completion") {
				t.Errorf("%s --help: %d columns: %s", name, w, line)
			}
		}
	}
}
