package report

import (
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
)

const defaultWidth = 80

func (s Style) width() int {
	if s.Width <= 0 {
		return defaultWidth
	}
	return max(20, s.Width)
}

func (s Style) paint(text string, how func(lipgloss.Style) lipgloss.Style) string {
	if s.Renderer == nil {
		return text
	}
	return how(s.Renderer.NewStyle()).Render(text)
}

func (s Style) bold(text string) string {
	return s.paint(text, func(l lipgloss.Style) lipgloss.Style { return l.Bold(true) })
}

func (s Style) faint(text string) string {
	return s.paint(text, func(l lipgloss.Style) lipgloss.Style { return l.Faint(true) })
}

func (s Style) bad(text string) string {
	return s.paint(text, func(l lipgloss.Style) lipgloss.Style { return l.Foreground(lipgloss.Color("1")) })
}

func (s Style) good(text string) string {
	return s.paint(text, func(l lipgloss.Style) lipgloss.Style { return l.Foreground(lipgloss.Color("2")) })
}

func (s Style) warn(text string) string {
	return s.paint(text, func(l lipgloss.Style) lipgloss.Style { return l.Foreground(lipgloss.Color("3")) })
}

// wrap breaks a styled text between words, and inside a word that is wider than a line.
func wrap(s string, width int) []string {
	if ansi.StringWidth(s) <= width {
		return []string{s}
	}
	indent := s[:len(s)-len(strings.TrimLeft(s, " "))]
	if len(indent) > width/2 {
		indent = ""
	}
	lines := strings.Split(ansi.Wrap(s[len(indent):], width-len(indent), ""), "\n")
	for i := range lines {
		lines[i] = indent + lines[i]
	}
	return lines
}

// shorten keeps the beginning and the end of a text that is wider than it may be: answers often have
// what counts at their end.
func shorten(s string, width int) string {
	whole := ansi.StringWidth(s)
	if whole <= width {
		return s
	}
	head := ansi.Truncate(s, (width-1)/2, "") + "…"
	cut := whole - (width - ansi.StringWidth(head))
	tail := ansi.TruncateLeft(s, cut, "")
	if ansi.StringWidth(head+tail) > width { // a wide character lay across the cut
		tail = ansi.TruncateLeft(s, cut+1, "")
	}
	return head + tail
}
