package cli

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

func TestManPage(t *testing.T) {
	root := &cobra.Command{Use: "tool"}
	root.PersistentFlags().Bool("quiet", false, "print results only")
	cmd := &cobra.Command{
		Use:   "mend FILE",
		Short: "Mend a file",
		Long: `Mend a file that is
.broken, or C:\path.

Kinds:
  'a'  first
  b    second`,
		Example: "  tool mend \\\n    -n 3",
		Run:     func(*cobra.Command, []string) {},
	}
	cmd.Flags().IntP("times", "n", 2, "try so many `TIMES`")
	cmd.Flags().String("hidden", "", "not for everybody")
	if err := cmd.Flags().MarkHidden("hidden"); err != nil {
		t.Fatal(err)
	}
	cmd.AddCommand(&cobra.Command{Use: "well", Short: "Mend it well", Run: func(*cobra.Command, []string) {}}, helpTopic("exit-codes", "Codes"))
	root.AddCommand(cmd)
	got := newManPage(cmd, time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC))
	want := `.TH "TOOL-MEND" "1" "2026-01-02" "llmops ` + roff(version) + `" "llmops"
.SH NAME
tool\-mend \- Mend a file
.SH SYNOPSIS
\fBtool mend COMMAND\fP
.SH DESCRIPTION
.PP
Mend a file that is
\&.broken, or C:\epath.
.PP
.nf
.in 0
Kinds:
  'a'  first
  b    second
.in
.fi
.SH OPTIONS
.TP
\fB\-h\fP, \fB\-\-help\fP
help for mend
.TP
\fB\-n\fP, \fB\-\-times\fP \fITIMES\fP
try so many TIMES (default 2)
.SH GLOBAL OPTIONS
.TP
\fB\-\-quiet\fP
print results only
.SH EXIT CODES
` + exitCodes(t) + `.SH EXAMPLES
.nf
.in 0
  tool mend \e
    \-n 3
.in
.fi
.SH SEE ALSO
.BR tool (1),
.BR tool\-mend\-well (1)
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// exitCodes is how the topic's text stands in a page.
func exitCodes(t *testing.T) string {
	t.Helper()
	var p manPage
	p.text(exitCodesHelp)
	return p.String()
}

func TestRoff(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"a request", ".so /etc/passwd", `\&.so /etc/passwd`},
		{"the other control character", "it's\n'til", "it's\n\\&'til"},
		{"a backslash", `a\fBb`, `a\efBb`},
		{"hyphens", "--json", `\-\-json`},
		{"empty", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := roff(test.text); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
