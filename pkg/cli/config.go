package cli

import (
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

func newConfig(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Show the settings in force and where each comes from",
		Example: `  llmops config path
  llmops config list --show-origin
  llmops config get retry.attempts`,
		Args: cobra.ArbitraryArgs,
		RunE: group,
	}
	cmd.AddCommand(newConfigPath(e), newConfigList(e), newConfigGet(e))
	return cmd
}

func newConfigPath(e *env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "path",
		Short:   "Print the files that settings are read from, strongest first",
		Example: "  llmops config path --json",
		Args:    usageArgs(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			cfg, err := e.config()
			if err != nil {
				return err
			}
			return printPaths(e, cfg.Files(), asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

type configFile struct {
	Path   string `json:"path"`
	Exists bool   `json:"exists"`
}

func printPaths(e *env, paths []string, asJSON bool) error {
	files := make([]configFile, len(paths))
	for i, p := range paths {
		info, err := os.Stat(p)
		files[i] = configFile{p, err == nil && info.Mode()&fs.ModeDir == 0}
	}
	if asJSON {
		return writeJSON(e.out, struct {
			Schema string       `json:"schema"`
			Files  []configFile `json:"files"`
		}{"llmops.config.path/v1", files})
	}
	for _, f := range files {
		note := ""
		if !f.Exists {
			note = "  (not there)"
		}
		if _, err := fmt.Fprintf(e.out, "%s%s\n", f.Path, note); err != nil {
			return err
		}
	}
	return nil
}

func newConfigList(e *env) *cobra.Command {
	var origin, asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List every setting in force",
		Example: "  llmops config list --show-origin",
		Args:    usageArgs(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			cfg, err := e.config()
			if err != nil {
				return err
			}
			settings, err := cfg.Settings()
			if err != nil {
				return err
			}
			return printSettings(e, settings, origin, asJSON)
		},
	}
	cmd.Flags().BoolVar(&origin, "show-origin", false, "say where each value comes from")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

func newConfigGet(e *env) *cobra.Command {
	var origin, asJSON bool
	cmd := &cobra.Command{
		Use:     "get KEY",
		Short:   "Print one setting, or all below it",
		Example: "  llmops config get timeout --show-origin",
		Args:    usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			cfg, err := e.config()
			if err != nil {
				return err
			}
			settings, err := cfg.Get(args[0])
			if err != nil {
				return err
			}
			if len(settings) == 1 && settings[0].Path == args[0] && !asJSON {
				return printValue(e, settings[0], origin)
			}
			return printSettings(e, settings, origin, asJSON)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, k := range config.Keys() {
				names = append(names, k.Path+"\t"+k.Doc)
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
	cmd.Flags().BoolVar(&origin, "show-origin", false, "say where the value comes from")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

func printValue(e *env, s config.Setting, origin bool) error {
	line := termsafe.Line(s.Value)
	if origin {
		line += "\t" + s.Origin
	}
	_, err := fmt.Fprintln(e.out, line)
	return err
}

func printSettings(e *env, settings []config.Setting, origin, asJSON bool) error {
	if asJSON {
		return writeJSON(e.out, struct {
			Schema   string           `json:"schema"`
			Settings []config.Setting `json:"settings"`
		}{"llmops.config/v1", settings})
	}
	for _, s := range settings {
		line := fmt.Sprintf("%s = %s", s.Path, termsafe.Line(s.Value))
		if origin {
			line = strings.Join([]string{line, s.Origin}, "\t")
		}
		if _, err := fmt.Fprintln(e.out, line); err != nil {
			return err
		}
	}
	return nil
}
