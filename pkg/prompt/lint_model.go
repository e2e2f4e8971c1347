package prompt

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// model looks at the model's name: prompts are tested with one model, and should run with that one.
func (l *linter) model(f *File) {
	if f.Model == "" {
		return
	}
	provider, name, ok := strings.Cut(f.Model, "/")
	status := ModelStatus{Known: ok}
	if l.options.Model != nil {
		status = l.options.Model(f.Model)
	}
	if (!ok || provider == "" || name == "") && !status.Known {
		l.at(f, "model", RuleUnknown, SeverityError, "write provider/model, such as openai/"+strings.Trim(f.Model, "/"), "model has no provider")
		return
	}
	switch {
	case status.Floating || latest(name) || status.Known && floating(provider, name):
		hint := "write a dated snapshot"
		if status.Snapshot != "" {
			hint = "write " + status.Snapshot
		}
		l.at(f, "model", RuleFloating, SeverityWarning, hint, "%s is an alias that moves to other models", f.Model)
	case !status.Known:
		hint := "check the spelling; prices and limits are not known"
		if status.Nearest != "" {
			hint = "did you mean " + status.Nearest + "?"
		}
		l.at(f, "model", RuleUnknown, SeverityWarning, hint, "unknown model %s", f.Model)
	}
	if status.Deprecated {
		msg := fmt.Sprintf("model %s is deprecated", f.Model)
		if status.Retires != "" {
			msg += ", it retires on " + status.Retires
		}
		hint := ""
		if status.Replacement != "" {
			hint = "move to " + status.Replacement
		}
		l.at(f, "model", RuleDeprecated, SeverityWarning, hint, "%s", msg)
	}
}

// latest tells whether a name says that it floats.
func latest(name string) bool {
	return name == "latest" || strings.HasSuffix(name, "-latest") || strings.HasSuffix(name, ":latest")
}

// floating knows the habits of the large providers: their snapshots carry a date.
func floating(provider, name string) bool {
	return (provider == "openai" || provider == "anthropic") && !dated(name)
}

// snapshotDate is the end of a dated name: 2024-08-06, 20250929 or 0613.
var snapshotDate = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`-(\d{4}-\d{2}-\d{2}|\d{8}|\d{4})$`) })

// dated tells whether a name is that of a snapshot. A fine-tuned model is one by itself.
func dated(name string) bool {
	return strings.HasPrefix(name, "ft:") || snapshotDate().MatchString(name)
}
