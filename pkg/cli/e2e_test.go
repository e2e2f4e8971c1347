//go:build e2e

// End-to-end tests run the program against servers that were written elsewhere. `make e2e` runs them.
package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	greeting = "Hello from the mock, in more than one piece. Kuş gibi: çığ, 日本語, 👩‍👩‍👧."
	broken   = "This answer breaks off somewhere before its end, as connections do."
	weather  = `[{"name": "get_weather", "description": "The weather of a city", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}]`
)

// answer is the part of `llmops chat --json` that these tests look at.
type answer struct {
	Text         string
	Complete     bool
	FinishReason string `json:"finish_reason"`
	Attempts     int
	Usage        *struct {
		Input  int64 `json:"input_tokens"`
		Output int64 `json:"output_tokens"`
	}
	ToolCalls []struct{ Name, Arguments string } `json:"tool_calls"`
}

// peer is a provider of ours against the server that plays its API, streaming or not.
type peer struct {
	program, name, kind string
	stream              bool
	dir                 string
}

// run starts a chat and gives what it printed and its exit code.
func (p peer) run(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	args = append([]string{"chat", "-m", p.name + "/mock-model"}, args...)
	if !p.stream {
		args = append(args, "--no-stream")
	}
	cmd := command(t, p.program, args...)
	cmd.Dir = p.dir
	cmd.Env = append(cmd.Env, "MOCK_KEY=not-a-key", "LLMOPS_RETRY_BASE=10ms")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func (p peer) json(t *testing.T, args ...string) (answer, int) {
	t.Helper()
	stdout, stderr, code := p.run(t, append(args, "--json")...)
	var a answer
	if err := json.Unmarshal([]byte(stdout), &a); err != nil {
		t.Fatalf("exit %d: %v\n%s\n%s", code, err, stdout, stderr)
	}
	return a, code
}

func TestE2EMock(t *testing.T) {
	program, server := built(t), startMock(t)
	for _, kind := range []string{"openai", "anthropic", "gemini"} {
		for _, stream := range []bool{true, false} {
			name := kind + map[bool]string{true: ", stream", false: ", whole"}[stream]
			t.Run(name, func(t *testing.T) {
				p := peer{program: program, name: "mock", kind: kind, stream: stream, dir: t.TempDir()}
				configure(t, p.dir, kind, server, name)
				t.Run("text", p.text)
				t.Run("parameters", func(t *testing.T) { p.parameters(t, server, name) })
				t.Run("tool call", p.toolCall)
				t.Run("retry", p.retry)
				t.Run("bad key", p.badKey)
				if stream {
					t.Run("cut off", p.cutOff)
				}
			})
		}
	}
}

// configure writes llmops.yaml. The header keeps the server's counts of each test apart.
func configure(t *testing.T, dir, kind, server, test string) {
	t.Helper()
	base := map[string]string{"openai": server + "/v1", "anthropic": server, "gemini": server + "/v1beta"}[kind]
	write(t, dir, "llmops.yaml", "providers:\n  mock:\n    kind: "+kind+"\n    base_url: "+base+
		"\n    api_key_env: MOCK_KEY\n    headers: {X-Test-Id: \""+test+"\"}\n")
	write(t, dir, "tools.json", weather)
}

func (p peer) text(t *testing.T) {
	stdout, stderr, code := p.run(t, "-s", "Please be a parrot.", "say hello")
	if code != 0 || strings.TrimSuffix(stdout, "\n") != greeting {
		t.Errorf("exit %d, printed %q\n%s", code, stdout, stderr)
	}
}

func (p peer) parameters(t *testing.T, server, test string) {
	got, code := p.json(t, "-s", "Please be a parrot.", "--temperature", "0", "--max-tokens", "40", "say hello")
	if code != 0 || !got.Complete || got.Text != greeting || got.FinishReason != "stop" || got.Attempts != 1 {
		t.Errorf("exit %d: %+v", code, got)
	}
	if got.Usage == nil || got.Usage.Input != 21 || got.Usage.Output != 17 {
		t.Errorf("usage %+v, the server said 21 and 17", got.Usage)
	}
	sent := lastRequest(t, server, test)
	streamed, _ := sent["stream"].(bool) // the server leaves it out where it is false
	want := map[string]any{"temperature": 0.0, "stream": p.stream}
	if diff := cmp.Diff(want, map[string]any{"temperature": sent["temperature"], "stream": streamed}); diff != "" {
		t.Errorf("the server got (-want +got):\n%s", diff)
	}
}

func (p peer) toolCall(t *testing.T) {
	got, code := p.json(t, "--tools", "tools.json", "what is the weather in İzmir?")
	if code != 0 || len(got.ToolCalls) != 1 {
		t.Fatalf("exit %d: %+v", code, got)
	}
	// For Gemini this server says FUNCTION_CALL, a reason that Gemini does not have: it says STOP.
	if got.FinishReason != "tool_calls" && p.kind != "gemini" {
		t.Errorf("finish reason %s", got.FinishReason)
	}
	var arguments map[string]string
	if err := json.Unmarshal([]byte(got.ToolCalls[0].Arguments), &arguments); err != nil {
		t.Fatal(err)
	}
	if got.ToolCalls[0].Name != "get_weather" || arguments["city"] != "İzmir" {
		t.Errorf("got %+v", got.ToolCalls[0])
	}
}

func (p peer) retry(t *testing.T) {
	got, code := p.json(t, "too many")
	if code != 0 || got.Text != "Fine on the second try." || got.Attempts != 2 {
		t.Errorf("exit %d: %+v", code, got)
	}
}

func (p peer) badKey(t *testing.T) {
	stdout, stderr, code := p.run(t, "bad key")
	if code != 4 || stdout != "" || !strings.Contains(stderr, "MOCK_KEY") || strings.Contains(stderr, "not-a-key") {
		t.Errorf("exit %d, printed %q, said %q", code, stdout, stderr)
	}
}

// The server ends the connection in the middle of its stream, twice: the part that came is printed, and
// in JSON marked as incomplete.
func (p peer) cutOff(t *testing.T) {
	stdout, stderr, code := p.run(t, "cut me off")
	text := strings.TrimSuffix(stdout, "\n")
	if code != 6 || text == "" || !strings.HasPrefix(broken, text) || text == broken {
		t.Errorf("exit %d, printed %q\n%s", code, stdout, stderr)
	}
	got, code := p.json(t, "cut me off")
	if code != 6 || got.Complete || got.Text != text {
		t.Errorf("exit %d: %+v", code, got)
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// e2eCache is where servers from npm are installed, once.
func e2eCache(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("LLMOPS_E2E_CACHE")
	if dir == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			t.Fatal(err)
		}
		dir = filepath.Join(base, "llmops-tools")
	}
	dir = filepath.Join(dir, name)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	return dir
}

func npm() string {
	if runtime.GOOS == "windows" {
		return "npm.cmd"
	}
	return "npm"
}
