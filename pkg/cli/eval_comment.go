package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/llmops-toolkit/llmops/pkg/config"
	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/forge"
	"github.com/llmops-toolkit/llmops/pkg/report"
)

// evalCommentOptions are the flags of eval comment.
type evalCommentOptions struct {
	request int
	file    string
	dryRun  bool
}

func newEvalComment(e *env) *cobra.Command {
	var o evalCommentOptions
	cmd := &cobra.Command{
		Use:   "comment [RUN]",
		Short: "Post the verdict on a run to its pull request, in one comment a suite",
		Long: `Post the comparison of a run with its baseline to a pull request of GitHub or a
merge request of GitLab. There is one comment a suite: it is found again and
changed. RUN is a run made with --baseline; without one the newest is taken. The
address of the API and the repository come from the variables that GitHub
Actions and GitLab CI set, the token from GITHUB_TOKEN or GITLAB_TOKEN.`,
		Example: `  llmops eval comment --pr 12
  llmops eval comment last --pr 12 --dry-run
  llmops eval comment --pr 12 --file gate.md`,
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runEvalComment(cmd.Context(), e, o, strings.Join(args, ""))
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&o.request, "pr", 0, "`NUMBER` of the pull or merge request; in CI, the one of the job")
	flags.StringVar(&o.file, "file", "", "post this `FILE`, as eval diff -o gate.md writes it")
	flags.BoolVar(&o.dryRun, "dry-run", false, "print the comment instead of posting it")
	return cmd
}

func runEvalComment(ctx context.Context, e *env, o evalCommentOptions, run string) error {
	cfg, err := e.config()
	if err != nil {
		return err
	}
	body, err := commentBody(filepath.Join(cfg.State, "runs"), o.file, run)
	if err != nil {
		return err
	}
	if o.dryRun {
		return e.say("%s", strings.TrimSuffix(body, "\n"))
	}
	thread, name, err := commentThread(cfg.CI(), o.request)
	if err != nil {
		return err
	}
	marker, _, _ := strings.Cut(body, "\n")
	updated, err := thread.Put(ctx, marker, body)
	if err != nil {
		return fmt.Errorf("comment on %s: %w", name, err)
	}
	if updated {
		return e.say("updated the comment on %s", name)
	}
	return e.say("commented on %s", name)
}

// commentBody reads the Markdown of a comparison.
func commentBody(root, file, run string) (string, error) {
	if file == "" {
		var err error
		if file, err = gatedRun(root, run); err != nil {
			return "", err
		}
	}
	data, err := os.ReadFile(file) //nolint:gosec // the user names it
	if err != nil {
		return "", diag.At(file, 0, 0, "cannot be read: %w", errors.Unwrap(err))
	}
	if prefix, _, _ := strings.Cut(report.GateMarker(""), ":"); !strings.HasPrefix(string(data), prefix) {
		return "", diag.At(file, 1, 0, "is no comparison: it has no marker, by which the comment would be found again").
			WithHint("write one: llmops eval diff BASELINE RUN -o gate.md")
	}
	return string(data), nil
}

// gatedRun finds the comparison that is kept with a run; with the newest one where none is named.
func gatedRun(root, name string) (string, error) {
	if name != "" {
		dir, err := eval.FindRun(root, name)
		if err != nil {
			return "", err
		}
		file := filepath.Join(dir, gateMarkdown)
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			return "", diag.Errorf("run %s was not compared with a baseline", name).WithHint("run the suite with --baseline NAME, or compare: llmops eval diff NAME %s -o gate.md", name)
		}
		return file, nil
	}
	files, err := filepath.Glob(filepath.Join(root, "*", gateMarkdown)) // ids sort by time
	if err != nil || len(files) == 0 {
		return "", diag.Errorf("no run in %s was compared with a baseline", root).WithHint("run one: llmops eval run SUITE --baseline NAME")
	}
	return files[len(files)-1], nil
}

// commentThread finds the server by what CI says.
func commentThread(ci config.CI, request int) (*forge.Thread, string, error) {
	hub, lab := ci.GitHub, ci.GitLab
	switch {
	case hub.Repository != "":
		if request == 0 {
			request = hub.Request
		}
		if request <= 0 {
			return nil, "", diag.Errorf("no pull request is named").WithHint("pass --pr NUMBER; GITHUB_REF is not of a pull request")
		}
		if hub.Token.IsZero() {
			return nil, "", diag.Errorf("there is no token for GitHub").WithHint("set GITHUB_TOKEN, in a workflow to ${{ github.token }}")
		}
		return forge.GitHub(hub.API, hub.Repository, request, hub.Token), fmt.Sprintf("%s#%d", hub.Repository, request), nil
	case lab.Project != "":
		if request == 0 {
			request = lab.Request
		}
		if request <= 0 {
			return nil, "", diag.Errorf("no merge request is named").WithHint("pass --pr NUMBER; CI_MERGE_REQUEST_IID is set in merge request pipelines only")
		}
		if lab.Token.IsZero() {
			return nil, "", diag.Errorf("there is no token for GitLab").WithHint("set GITLAB_TOKEN to a project access token with the scope api")
		}
		return forge.GitLab(lab.API, lab.Project, request, lab.Token), fmt.Sprintf("!%d of project %s", request, lab.Project), nil
	}
	return nil, "", diag.Errorf("nothing says which repository the comment is for").
		WithHint("set GITHUB_REPOSITORY and GITHUB_TOKEN, or CI_PROJECT_ID and GITLAB_TOKEN; CI sets them but for the GitLab token")
}
