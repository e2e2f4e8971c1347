package cli_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// Help is read in a terminal of 80 columns.
func TestHelpFits(t *testing.T) {
	program := released(t)
	for _, name := range append(commands(t, program), "", "help exit-codes", "help environment") {
		out, err := exec.CommandContext(t.Context(), program, append(strings.Fields(name), "--help")...).CombinedOutput()
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
