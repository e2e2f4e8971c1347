package cli

import (
	"context"
	"os/exec"
	"runtime"

	"github.com/llmops-toolkit/llmops/pkg/config"
)

// openBrowser shows an address in the user's browser, as well as it can: the address is printed anyway.
// Where there is no display it does nothing, lest a browser for the terminal takes that over.
func (e *env) openBrowser(ctx context.Context, url string) {
	args := browserCommand(runtime.GOOS, config.TerminalFrom(e.environ).Display, url)
	if args == nil {
		return
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), args[0], args[1:]...) //nolint:gosec // a fixed program; the address is ours
	if err := cmd.Start(); err != nil {
		e.info("no browser was opened: %v", err)
		return
	}
	go func() { _ = cmd.Wait() }() // takes note of its end; whether it found a browser the user sees
}

// browserCommand is the command that opens an address on a system, nil where there is none.
func browserCommand(system string, display bool, url string) []string {
	switch {
	case system == "darwin":
		return []string{"open", url}
	case system == "windows":
		return []string{"rundll32", "url.dll,FileProtocolHandler", url}
	case display:
		return []string{"xdg-open", url}
	}
	return nil
}
