//go:build e2e

package cli_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/internal/realdata"
)

// story is how the model of 260,000 parameters goes on after "Once upon a time", when it always takes the
// likeliest token.
const story = ", there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball."

func TestE2EOllama(t *testing.T) {
	ollama, err := exec.LookPath("ollama")
	if err != nil {
		t.Skip("skipped: there is no ollama program here")
	}
	weights := realdata.Path(t, "stories260k", "stories260K.gguf")
	host := startOllama(t, ollama, weights)
	program := built(t)
	for _, stream := range []bool{true, false} {
		t.Run(fmt.Sprintf("stream %t", stream), func(t *testing.T) {
			p := peer{program: program, name: "local", kind: "openai", stream: stream, dir: t.TempDir()}
			write(t, p.dir, "llmops.yaml", "providers:\n  local: {kind: openai, base_url: \"http://"+host+"/v1\"}\n")
			stdout, stderr, code := p.run(t, "-m", "local/stories260k", "--temperature", "0", "--max-tokens", "45", "Once upon a time")
			if code != 0 || !strings.HasPrefix(strings.TrimSpace(stdout), strings.TrimSpace(story)) {
				t.Errorf("exit %d, printed %q\n%s", code, stdout, stderr)
			}
		})
	}
}

// startOllama serves the weights as stories260k on a free port, with its files in a directory of the test.
func startOllama(t *testing.T, ollama, weights string) (host string) {
	t.Helper()
	host = freePort(t)
	dir := t.TempDir()
	env := append(os.Environ(), "OLLAMA_HOST="+host, "OLLAMA_MODELS="+filepath.Join(dir, "models"), "HOME="+dir)
	var log bytes.Buffer
	serve := exec.Command(ollama, "serve")
	serve.Env, serve.Stdout, serve.Stderr = env, &log, &log
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = serve.Process.Signal(os.Interrupt) // lets it end its runners
		_ = serve.Wait()
	})
	waitFor(t, "http://"+host+"/api/version")
	write(t, dir, "Modelfile", "FROM "+weights+"\nTEMPLATE \"{{ .Prompt }}\"\nPARAMETER num_ctx 512\nPARAMETER num_thread 1\nPARAMETER repeat_penalty 1\n")
	create := exec.CommandContext(t.Context(), ollama, "create", "stories260k", "-f", filepath.Join(dir, "Modelfile"))
	create.Env = env
	if out, err := create.CombinedOutput(); err != nil {
		t.Fatalf("ollama create: %v\n%s", err, out)
	}
	return host
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func waitFor(t *testing.T, url string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		resp, err := http.Get(url)
		if err == nil {
			resp.Body.Close()
			return
		}
	}
	t.Fatalf("%s does not answer after 30 s", url)
}
