package cli

import (
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/prompt"
	"github.com/llmops-toolkit/llmops/pkg/termsafe"
)

func newPromptLog(e *env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "log NAME",
		Short:   "Show what each version changed, when and by whom",
		Example: "  llmops prompt log customer-support",
		Long: `Show what each version changed, the highest first, and how the labels moved.
Date and author are those of the commit that added the version, where there is
git.`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			return runPromptLog(e, args[0], asJSON)
		},
		ValidArgsFunction: e.completeNames(1),
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

type promptLogJSON struct {
	Schema   string           `json:"schema"`
	Name     string           `json:"name"`
	Git      bool             `json:"git"`
	Versions []promptLogEntry `json:"versions"`
	Moves    []promptMoveJSON `json:"moves"` // of labels, the latest first
}

type promptLogEntry struct {
	promptVersionJSON
	Date   *time.Time `json:"date"` // null when the version is not committed
	Author *string    `json:"author"`
	Commit *string    `json:"commit"`
}

type promptMoveJSON struct {
	At       time.Time `json:"at"`
	Label    string    `json:"label"`
	From     string    `json:"from,omitempty"`
	To       string    `json:"to"`
	Why      string    `json:"why,omitempty"`
	Eval     string    `json:"eval,omitempty"`
	Rollback bool      `json:"rollback,omitempty"`
}

func runPromptLog(e *env, name string, asJSON bool) error {
	reg, err := e.prompts()
	if err != nil {
		return err
	}
	rows, readErr := promptVersions(reg, name)
	if readErr != nil && rows == nil {
		return readErr
	}
	labels, err := reg.Labels()
	if err != nil {
		return err
	}
	commits, gitErr := prompt.GitLog(reg.Dir, name)
	doc := promptLogJSON{Schema: "llmops.prompt.log/v1", Name: name, Git: gitErr == nil, Versions: make([]promptLogEntry, len(rows)), Moves: movesOf(labels, name)}
	for i, r := range rows {
		entry := promptLogEntry{promptVersionJSON: r}
		if c, ok := commits[r.Version]; ok {
			entry.Date, entry.Author, entry.Commit = &c.Time, &c.Author, &c.Hash
		}
		doc.Versions[i] = entry
	}
	if asJSON {
		err = writeJSON(e.out, doc)
	} else {
		err = e.printPromptLog(doc)
	}
	return errors.Join(err, readErr)
}

// movesOf lists the moves of a prompt's labels, the latest first.
func movesOf(l *prompt.Labels, name string) []promptMoveJSON {
	moves := []promptMoveJSON{}
	for i := len(l.History) - 1; i >= 0; i-- {
		if m := l.History[i]; m.Prompt == name {
			moves = append(moves, promptMoveJSON{m.At, m.Label, m.From, m.To, m.Why, m.Eval, m.Rollback})
		}
	}
	return moves
}

func (e *env) printPromptLog(doc promptLogJSON) error {
	st := e.outStyle()
	for _, v := range doc.Versions {
		line := st.good(v.Version)
		if len(v.Labels) > 0 {
			line += " " + st.warn("("+strings.Join(v.Labels, ", ")+")")
		}
		switch {
		case v.Date != nil:
			line += "  " + v.Date.Local().Format(time.DateOnly) + "  " + termsafe.Line(*v.Author)
		case doc.Git:
			line += "  " + st.faint("not committed")
		}
		if err := e.say("%s\n    %s", line, e.indented(orNone(v.Changelog), 4)); err != nil {
			return err
		}
	}
	if len(doc.Moves) == 0 {
		return nil
	}
	g := grid{header: []string{"moved", "label", "from", "to", "why"}, left: 5}
	for _, m := range doc.Moves {
		why := m.Why
		if m.Eval != "" {
			why = strings.TrimSpace(why + " (eval " + m.Eval + ")")
		}
		if m.Rollback {
			why = strings.TrimSpace("rollback " + why)
		}
		g.add(m.At.Local().Format("2006-01-02 15:04"), m.Label, orNone(m.From), m.To, why)
	}
	if err := e.say(""); err != nil {
		return err
	}
	return e.fitted(&g, 4)
}
