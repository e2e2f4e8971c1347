package config

import (
	"strconv"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// CI is what a CI system says in its environment. Fields are empty where it does not.
type CI struct {
	Summary string // GITHUB_STEP_SUMMARY: the file that a job's summary is appended to

	GitHub GitHub
	GitLab GitLab
}

// GitHub is the API of GitHub and the pull request of this job.
type GitHub struct {
	API        string // GITHUB_API_URL
	Repository string // GITHUB_REPOSITORY: owner/name
	Token      llm.Secret
	Request    int // of GITHUB_REF refs/pull/N/merge; 0 means none
}

// GitLab is the API of GitLab and the merge request of this job.
type GitLab struct {
	API     string // CI_API_V4_URL
	Project string // CI_PROJECT_ID
	Token   llm.Secret
	Request int // CI_MERGE_REQUEST_IID; 0 means none
}

// CI reads GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN (or GH_TOKEN), GITHUB_REF, GITHUB_STEP_SUMMARY,
// CI_API_V4_URL, CI_PROJECT_ID, GITLAB_TOKEN and CI_MERGE_REQUEST_IID.
func (c *Config) CI() CI {
	ci := CI{Summary: c.env.get("GITHUB_STEP_SUMMARY")}
	ci.GitHub = GitHub{API: c.env.get("GITHUB_API_URL"), Repository: c.env.get("GITHUB_REPOSITORY"), Token: c.Secret("GITHUB_TOKEN")}
	if ci.GitHub.Token.IsZero() {
		ci.GitHub.Token = c.Secret("GH_TOKEN")
	}
	if rest, ok := strings.CutPrefix(c.env.get("GITHUB_REF"), "refs/pull/"); ok {
		number, _, _ := strings.Cut(rest, "/")
		ci.GitHub.Request, _ = strconv.Atoi(number) // 0 where it is no number
	}
	ci.GitLab = GitLab{API: c.env.get("CI_API_V4_URL"), Project: c.env.get("CI_PROJECT_ID"), Token: c.Secret("GITLAB_TOKEN")}
	ci.GitLab.Request, _ = strconv.Atoi(c.env.get("CI_MERGE_REQUEST_IID"))
	return ci
}
