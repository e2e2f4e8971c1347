package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// manPage is a page in the making, in the macros of groff_man(7), which mandoc(1) reads too.
type manPage struct{ strings.Builder }

// newManPage is the manual page of a command; topics of help are sections of their parent's page.
func newManPage(cmd *cobra.Command, date time.Time) string {
	cmd.InitDefaultHelpFlag()
	p := &manPage{}
	fmt.Fprintf(p, ".TH %q \"1\" %q %q \"llmops\"\n", strings.ToUpper(manName(cmd)), date.Format("2006-01-02"), "llmops "+roff(version))
	p.section("NAME")
	fmt.Fprintf(p, "%s \\- %s\n", roff(manName(cmd)), roff(cmd.Short))
	p.section("SYNOPSIS")
	synopsis := cmd.UseLine()
	if !cmd.Runnable() || cmd.HasAvailableSubCommands() {
		synopsis = cmd.CommandPath() + " COMMAND"
	}
	fmt.Fprintf(p, "\\fB%s\\fP\n", roff(synopsis))
	p.section("DESCRIPTION")
	p.text(longText(cmd))
	p.flags("OPTIONS", cmd.NonInheritedFlags())
	p.flags("GLOBAL OPTIONS", cmd.InheritedFlags())
	for _, c := range cmd.Commands() {
		if c.IsAdditionalHelpTopicCommand() {
			p.section(strings.ToUpper(strings.ReplaceAll(c.Name(), "-", " ")))
			p.text(longText(c))
		}
	}
	if cmd.HasExample() {
		p.section("EXAMPLES")
		p.verbatim(cmd.Example)
	}
	p.related(cmd)
	return p.String()
}

func (p *manPage) section(title string) { fmt.Fprintf(p, ".SH %s\n", title) }

// text writes paragraphs. One with an indented line is a table or a listing, and stays as it is.
func (p *manPage) text(s string) {
	for paragraph := range strings.SplitSeq(strings.Trim(s, "\n"), "\n\n") {
		p.WriteString(".PP\n")
		if strings.HasPrefix(paragraph, " ") || strings.Contains(paragraph, "\n ") {
			p.verbatim(paragraph)
		} else {
			p.WriteString(roff(paragraph) + "\n")
		}
	}
}

// verbatim writes lines as they are, from the left edge, because they may be as wide as a page.
func (p *manPage) verbatim(s string) {
	p.WriteString(".nf\n.in 0\n" + roff(strings.Trim(s, "\n")) + "\n.in\n.fi\n")
}

func (p *manPage) flags(title string, set *pflag.FlagSet) {
	if !set.HasAvailableFlags() {
		return
	}
	p.section(title)
	set.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Deprecated != "" {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		p.WriteString(".TP\n")
		if f.Shorthand != "" {
			fmt.Fprintf(p, "\\fB\\-%s\\fP, ", f.Shorthand)
		}
		fmt.Fprintf(p, "\\fB%s\\fP", roff("--"+f.Name))
		if value != "" {
			fmt.Fprintf(p, " \\fI%s\\fP", roff(value))
		}
		p.WriteString("\n" + roff(usage))
		switch f.DefValue {
		case "", "0", "0s", "[]", "false":
		default:
			fmt.Fprintf(p, " (default %s)", roff(f.DefValue))
		}
		p.WriteString("\n")
	})
}

// related names the pages of the command above and of those below.
func (p *manPage) related(cmd *cobra.Command) {
	var names []string
	if cmd.HasParent() {
		names = append(names, manName(cmd.Parent()))
	}
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, manName(c))
		}
	}
	if len(names) == 0 {
		return
	}
	p.section("SEE ALSO")
	for i, name := range names {
		comma := ","
		if i == len(names)-1 {
			comma = ""
		}
		fmt.Fprintf(p, ".BR %s (1)%s\n", roff(name), comma)
	}
}

// roff escapes text: backslashes, hyphens that are to stay hyphens, and what makes a line a request.
func roff(s string) string {
	lines := strings.Split(strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
