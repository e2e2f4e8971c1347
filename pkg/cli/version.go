package cli

import (
	"fmt"
	"io"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/report"
)

// Set by the linker: -X github.com/llmops-toolkit/llmops/pkg/cli.version=1.2.3 and so on.
var (
	version = "dev"
	commit  = ""
	date    = ""
)

func newVersion(e *env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  llmops version --json",
		Args:    usageArgs(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			return runVersion(e, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

type versionInfo struct {
	Schema  string `json:"schema"`
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Date    string `json:"date,omitempty"`
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
}

func runVersion(e *env, asJSON bool) error {
	v := versionInfo{"llmops.version/v1", version, commit, date, runtime.Version(), runtime.GOOS, runtime.GOARCH}
	if asJSON {
		return writeJSON(e.out, v)
	}
	detail := ""
	if commit != "" {
		detail = " (" + commit + ", " + date + ")"
	}
	_, err := fmt.Fprintf(e.out, "llmops %s%s %s %s/%s\n", v.Version, detail, v.Go, v.OS, v.Arch)
	return err
}

// writeJSON writes one indented document.
func writeJSON(w io.Writer, v any) error { return report.JSON(w, v) }
