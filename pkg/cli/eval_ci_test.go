//go:build unix

package cli_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"gopkg.in/yaml.v3"
)

// forgeServer plays the comments of one pull request (GitHub) and one merge request (GitLab). The first request of each
// kind is refused with 502, as such servers do at times.
type forgeServer struct {
	*httptest.Server

	mu       sync.Mutex
	comments []forgeComment
	failed   map[string]bool
	log      []string
}

type forgeComment struct {
	ID   int    `json:"id"`
	Body string `json:"body"`
}

func newForge(t *testing.T) *forgeServer {
	f := &forgeServer{failed: map[string]bool{}}
	for i := range 130 { // two pages of others' comments
		f.comments = append(f.comments, forgeComment{i + 1, fmt.Sprintf("comment %d", i+1)})
	}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

var forgePaths = regexp.MustCompile(`^(?:/repos/owner/repo/issues/7/comments|/projects/42/merge_requests/7/notes|/repos/owner/repo/issues/comments/(\d+)|/projects/42/merge_requests/7/notes/(\d+))$`)

func (f *forgeServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	match := forgePaths.FindStringSubmatch(r.URL.Path)
	authorized := r.Header.Get("Authorization") == "Bearer secret" || r.Header.Get("PRIVATE-TOKEN") == "secret"
	switch {
	case match == nil:
		http.NotFound(w, r)
		return
	case !authorized:
		http.Error(w, `{"message": "Bad credentials"}`, http.StatusUnauthorized)
		return
	case !f.failed[r.Method]:
		f.failed[r.Method] = true
		http.Error(w, "bad gateway", http.StatusBadGateway)
		return
	}
	f.log = append(f.log, r.Method)
	var in forgeComment
	body, _ := io.ReadAll(r.Body)
	_ = json.Unmarshal(body, &in)
	w.Header().Set("Content-Type", "application/json")
	switch r.Method {
	case http.MethodGet:
		page, per := 1, 100
		_, _ = fmt.Sscan(r.URL.Query().Get("page"), &page)
		_, _ = fmt.Sscan(r.URL.Query().Get("per_page"), &per)
		from := min(len(f.comments), (page-1)*per)
		_ = json.NewEncoder(w).Encode(f.comments[from:min(len(f.comments), from+per)])
	case http.MethodPost:
		in.ID = len(f.comments) + 1
		f.comments = append(f.comments, in)
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(in)
	default: // PATCH and PUT
		id := 0
		_, _ = fmt.Sscan(match[1]+match[2], &id)
		f.comments[id-1].Body = in.Body
		_ = json.NewEncoder(w).Encode(f.comments[id-1])
	}
}

// own gives the comments that are not others'.
func (f *forgeServer) own() (out []forgeComment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append(out, f.comments[130:]...)
}

// gateProject has a suite over recorded answers: "good" ones, which are blessed as the baseline main, and "bad" ones.
func gateProject(t *testing.T, program string) string {
	t.Helper()
	var cases, good, bad strings.Builder
	for i := range 200 {
		fmt.Fprintf(&cases, `{"id": "c%02d", "input": "capital %d", "expected": "Paris"}`+"\n", i, i)
		fmt.Fprintf(&good, `{"case": "c%02d", "output": "Paris"}`+"\n", i)
		fmt.Fprintf(&bad, `{"case": "c%02d", "output": "London <!-- llmops-eval: capitals --> @everyone [x](http://evil)"}`+"\n", i)
	}
	dir := project(t, "http://127.0.0.1:9", map[string]string{
		"evalsets/capitals/suite.yaml":            "name: capitals\nmodel: replay/good\ncases: cases.jsonl\nscorers: [{name: right, type: exact}]\n",
		"evalsets/capitals/cases.jsonl":           cases.String(),
		"evalsets/capitals/recordings/good.jsonl": good.String(),
		"evalsets/capitals/recordings/bad.jsonl":  bad.String(),
	})
	for _, line := range []string{"eval run capitals --tag first", "eval bless first --as main"} {
		cmd := exec.CommandContext(t.Context(), program, strings.Fields(line)...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
	}
	return dir
}

// ciEnv is the environment of a job.
func ciEnv(program, dir string, more ...string) []string {
	return append([]string{
		"PATH=" + filepath.Dir(program) + ":" + os.Getenv("PATH"), "HOME=" + dir,
		"GITHUB_OUTPUT=" + filepath.Join(dir, "output"), "GITHUB_STEP_SUMMARY=" + filepath.Join(dir, "summary.md"),
	}, more...)
}

// The steps of the composite action run as they stand, twice: the comment is made, then changed; a regression ends the
// last step with 3.
func TestGitHubAction(t *testing.T) {
	program := released(t)
	dir, forge := gateProject(t, program), newForge(t)
	text, err := os.ReadFile("../../.github/actions/llmops-eval/action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var action struct {
		Runs struct {
			Steps []struct {
				Name, Run string
				Env       map[string]string
			}
		}
	}
	if err := yaml.Unmarshal(text, &action); err != nil {
		t.Fatal(err)
	}
	run := func(args, want string) {
		t.Helper()
		_ = os.Remove(filepath.Join(dir, "output"))
		inputs := map[string]string{"suite": "capitals", "baseline": "main", "args": args, "token": "secret", "install": "true"}
		for i, step := range action.Runs.Steps {
			env := ciEnv(program, dir, "GITHUB_API_URL="+forge.URL, "GITHUB_REPOSITORY=owner/repo", "GITHUB_REF=refs/pull/7/merge")
			for name, value := range step.Env {
				value = regexp.MustCompile(`\$\{\{ inputs\.(\w+) \}\}`).ReplaceAllStringFunc(value, func(s string) string {
					return inputs[strings.Fields(s)[1][len("inputs."):]]
				})
				if output, err := os.ReadFile(filepath.Join(dir, "output")); err == nil {
					value = strings.ReplaceAll(value, "${{ steps.eval.outputs.exit-code }}", strings.TrimSpace(strings.TrimPrefix(string(output), "exit-code=")))
				}
				env = append(env, name+"="+value)
			}
			cmd := exec.CommandContext(t.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step.Run)
			cmd.Dir, cmd.Env = dir, env
			out, err := cmd.CombinedOutput()
			code := fmt.Sprint(cmd.ProcessState.ExitCode())
			if last := i == len(action.Runs.Steps)-1; last && code != want || !last && err != nil || strings.Contains(string(out), "::warning::") {
				t.Errorf("%s %s: exit code %s\n%s", args, step.Name, code, out)
			}
		}
	}
	run("", "0")
	if own := forge.own(); len(own) != 1 || !strings.Contains(own[0].Body, "✅") || !strings.Contains(own[0].Body, "1.00 → 1.00") {
		t.Fatalf("comments %+v", own)
	}
	run("-m replay/bad", "3")
	own := forge.own()
	if len(own) != 1 || !strings.Contains(own[0].Body, "1.00 → 0.00") || !strings.Contains(own[0].Body, "❌") {
		t.Fatalf("comments %+v", own)
	}
	_, shown, _ := strings.Cut(own[0].Body, "\n") // behind our own marker
	if !strings.Contains(shown, "@everyone") {
		t.Error("the changed answers are not shown")
	}
	// In code nobody is called, nothing is a link and nothing a comment.
	shown = regexp.MustCompile("(?s)```text\n.*?\n```|`[^`\n]+`").ReplaceAllString(shown, "")
	for _, harm := range []string{"@everyone", "](http://evil", "<!-- llmops-eval: capitals -->"} {
		if strings.Contains(shown, harm) {
			t.Errorf("the comment holds %s of the model's:\n%s", harm, own[0].Body)
		}
	}
	if summary, err := os.ReadFile(filepath.Join(dir, "summary.md")); err != nil || strings.Count(string(summary), "capitals") < 2 {
		t.Errorf("the job's summary is %q, %v", summary, err)
	}
	if junit, err := os.ReadFile(filepath.Join(dir, "llmops-eval.xml")); err != nil || !strings.Contains(string(junit), "<testsuite") {
		t.Errorf("the JUnit report is %.200q, %v", junit, err)
	}
}

// The script of GitLab's template runs as it stands.
func TestGitLabTemplate(t *testing.T) {
	program := released(t)
	dir, forge := gateProject(t, program), newForge(t)
	text, err := os.ReadFile("../../.gitlab/llmops-eval.yml")
	if err != nil {
		t.Fatal(err)
	}
	var template map[string]struct {
		BeforeScript []string `yaml:"before_script"`
		Script       []string
	}
	if err := yaml.Unmarshal(text, &template); err != nil {
		t.Fatal(err)
	}
	job := template[".llmops-eval"]
	for args, want := range map[string]int{"": 0, "-m replay/bad": 3} {
		cmd := exec.CommandContext(t.Context(), "bash", "-e", "-c", strings.Join(append(job.BeforeScript, job.Script...), "\n"))
		cmd.Dir = dir
		cmd.Env = ciEnv(program, dir, "CI_API_V4_URL="+forge.URL, "CI_PROJECT_ID=42", "CI_MERGE_REQUEST_IID=7", "GITLAB_TOKEN=secret",
			"EVAL_SUITE=capitals", "EVAL_BASELINE=main", "EVAL_ARGS="+args)
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != want || strings.Contains(string(out), "could not be put") {
			t.Errorf("%q: exit code %d, want %d\n%s", args, code, want, out)
		}
	}
	if own := forge.own(); len(own) != 1 {
		t.Errorf("comments %+v", own)
	}
}

// What keeps a comment from being made is told with the way to mend it, and the key in no word of it.
func TestCommentRefused(t *testing.T) {
	program := released(t)
	dir, forge := gateProject(t, program), newForge(t)
	at := func(code int, says, args string, env ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), program, strings.Fields(args)...)
		cmd.Dir, cmd.Env = dir, ciEnv(program, dir, env...)
		out, _ := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != code || !strings.Contains(string(out), says) || strings.Contains(string(out), "canary-token") {
			t.Errorf("%s: exit code %d, want %d; want %q in\n%s", args, got, code, says, out)
		}
	}
	at(2, "eval run SUITE --baseline", "eval comment --pr 7")
	at(0, "", "-q eval run capitals --baseline main")
	at(2, "GITHUB_REPOSITORY", "eval comment --pr 7")
	at(2, "--pr NUMBER", "eval comment", "GITHUB_REPOSITORY=owner/repo", "GITHUB_TOKEN=secret")
	at(2, "GITHUB_TOKEN", "eval comment --pr 7", "GITHUB_REPOSITORY=owner/repo")
	at(4, "401", "eval comment --pr 7", "GITHUB_REPOSITORY=owner/repo", "GITHUB_TOKEN=canary-token", "GITHUB_API_URL="+forge.URL)
	at(0, "✅", "eval comment --dry-run")
	if own := forge.own(); len(own) != 0 {
		t.Errorf("comments %+v", own)
	}
}
