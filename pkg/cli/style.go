package cli

import (
	"fmt"
	"io"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"github.com/llmops-toolkit/llmops/pkg/config"
)

// style colours words for one stream; on a stream without colour it leaves them as they are.
type style struct{ r *lipgloss.Renderer }

func (s style) paint(color, text string) string {
	if s.r == nil {
		return text
	}
	return s.r.NewStyle().Foreground(lipgloss.Color(color)).Render(text)
}

func (s style) good(text string) string { return s.paint("2", text) }
func (s style) warn(text string) string { return s.paint("3", text) }
func (s style) bad(text string) string  { return s.paint("1", text) }

func (s style) faint(text string) string {
	if s.r == nil {
		return text
	}
	return s.r.NewStyle().Faint(true).Render(text)
}

// color tells whether a stream gets colour: --no-color and NO_COLOR forbid it, CLICOLOR_FORCE asks for
// it, else it takes a terminal that is not dumb.
func (e *env) color(tty bool) bool {
	t := config.TerminalFrom(e.environ)
	switch {
	case e.noColor || t.NoColor:
		return false
	case t.ForceColor:
		return true
	}
	return tty && !t.Dumb
}

func (e *env) styleFor(w io.Writer, tty bool) style {
	if !e.color(tty) {
		return style{}
	}
	r := lipgloss.NewRenderer(w, termenv.WithProfile(termenv.ANSI256), termenv.WithTTY(true))
	return style{r}
}

func (e *env) outStyle() style { return e.styleFor(e.out, e.outTTY) }
func (e *env) errStyle() style { return e.styleFor(e.err, e.errTTY) }

// width is how many columns tables may take.
func (e *env) width() int {
	if n := config.TerminalFrom(e.environ).Columns; n > 0 {
		return n
	}
	if e.outTTY && e.columns > 0 {
		return e.columns
	}
	return 80
}

// notice writes a line to standard error.
func (e *env) notice(format string, args ...any) {
	_, _ = fmt.Fprintf(e.err, format+"\n", args...) // nowhere is left to report a failure to
}

// info is a notice that --quiet silences.
func (e *env) info(format string, args ...any) {
	if !e.quiet {
		e.notice(format, args...)
	}
}
