package cli

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/prompt"
)

func newPromptVersions(e *env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "versions NAME",
		Short:   "List the versions of a prompt, the highest first",
		Example: "  llmops prompt versions customer-support",
		Args:    usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			return runPromptVersions(e, args[0], asJSON)
		},
		ValidArgsFunction: e.completeNames(1),
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

type promptVersionJSON struct {
	Version   string   `json:"version"`
	Labels    []string `json:"labels"`
	Locked    bool     `json:"locked"`
	Model     string   `json:"model,omitempty"`
	Changelog string   `json:"changelog"`
	File      string   `json:"file"`
}

func runPromptVersions(e *env, name string, asJSON bool) error {
	reg, err := e.prompts()
	if err != nil {
		return err
	}
	rows, readErr := promptVersions(reg, name)
	if readErr != nil && rows == nil {
		return readErr
	}
	if asJSON {
		err = writeJSON(e.out, struct {
			Schema   string              `json:"schema"`
			Name     string              `json:"name"`
			Versions []promptVersionJSON `json:"versions"`
		}{"llmops.prompt.versions/v1", name, rows})
		return errors.Join(err, readErr)
	}
	g := grid{header: []string{"version", "labels", "locked", "model", "changelog"}, left: 5}
	for _, r := range rows {
		locked := ""
		if r.Locked {
			locked = "locked"
		}
		g.add(r.Version, strings.Join(r.Labels, ","), locked, r.Model, r.Changelog)
	}
	g.dropEmpty()
	return errors.Join(e.fitted(&g, len(g.header)-1, len(g.header)-2), readErr)
}

// promptVersions lists versions with what their files say. A file that does not parse is listed too, by
// what could be read of it, and the error says what is wrong.
func promptVersions(reg *prompt.Registry, name string) ([]promptVersionJSON, error) {
	versions, err := reg.Versions(name)
	if err != nil {
		return nil, err
	}
	labels, err := reg.Labels()
	if err != nil {
		return nil, err
	}
	lock, err := reg.ReadLock()
	if err != nil {
		return nil, err
	}
	locked := lockedVersions(lock, name)
	rows := make([]promptVersionJSON, len(versions))
	var errs []error
	for i, version := range versions {
		file := reg.Dir + "/" + name + "/v" + version + ".md"
		rows[i] = promptVersionJSON{Version: version, Labels: labelsAt(labels.Of[name], version), Locked: locked[version], File: file}
		data, err := reg.Source(name, version)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		f, problems := prompt.ParseAll(file, data)
		if len(problems) > 0 {
			errs = append(errs, problems[0])
		}
		rows[i].Changelog, rows[i].Model = f.Changelog, f.Model
	}
	return rows, errors.Join(errs...)
}

func lockedVersions(lock *prompt.Lock, name string) map[string]bool {
	locked := map[string]bool{}
	for _, entry := range lock.Entries {
		if entry.Name == name {
			locked[entry.Version] = true
		}
	}
	return locked
}

// labelsAt lists the labels that point to a version.
func labelsAt(labels map[string]string, version string) []string {
	at := []string{}
	for _, label := range slices.Sorted(maps.Keys(labels)) {
		if labels[label] == version {
			at = append(at, label)
		}
	}
	return at
}
