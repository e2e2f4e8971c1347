//go:build e2e

package cli_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// mockVersion is the release of npm's @copilotkit/aimock, which speaks the APIs of OpenAI, Anthropic and
// Gemini, that the tests run against.
const mockVersion = "1.43.0"

// startMock installs the server where it is not yet, starts it on a free port of the loopback interface
// and stops it at the end of the test. It gives its address.
func startMock(t *testing.T) string {
	t.Helper()
	dir := e2eCache(t, "aimock-"+mockVersion)
	program := filepath.Join(dir, "node_modules", "@copilotkit", "aimock", "dist", "cli.js")
	if _, err := os.Stat(program); err != nil {
		install := exec.CommandContext(t.Context(), npm(), "install", "--prefix", dir, "--no-audit", "--no-fund",
			"--ignore-scripts", "@copilotkit/aimock@"+mockVersion)
		if out, err := install.CombinedOutput(); err != nil {
			t.Fatalf("npm install: %v (this test needs npm)\n%s", err, out)
		}
	}
	fixtures := filepath.Join("..", "..", "testdata", "e2e", "aimock.json")
	cmd := exec.Command("node", program, "--port", "0", "--fixtures", fixtures, "--strict", "--validate-on-load")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // reports the kill
	})
	return address(t, stdout)
}

// address waits for the line in which the server names its address, and goes on reading after it, so
// that the server never blocks on its log.
func address(t *testing.T, log io.Reader) string {
	t.Helper()
	found := make(chan string, 1)
	go func() {
		defer close(found)
		listening := regexp.MustCompile(`listening on (http://127\.0\.0\.1:\d+)`)
		for lines := bufio.NewScanner(log); lines.Scan(); {
			if m := listening.FindStringSubmatch(lines.Text()); m != nil {
				found <- m[1]
			}
		}
	}()
	select {
	case url, ok := <-found:
		if !ok {
			t.Fatal("the server ended before it listened")
		}
		return url
	case <-time.After(30 * time.Second):
		t.Fatal("the server does not listen after 30 s")
	}
	return ""
}

// lastRequest gives the body of the last request of a test, as the server understood it: in OpenAI's
// form, whatever the API.
func lastRequest(t *testing.T, server, test string) map[string]any {
	t.Helper()
	resp, err := http.Get(server + "/__aimock/journal")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var journal []struct {
		Headers map[string]string
		Body    map[string]any
	}
	if err := json.NewDecoder(resp.Body).Decode(&journal); err != nil {
		t.Fatal(err)
	}
	for i := len(journal) - 1; i >= 0; i-- {
		if journal[i].Headers["x-test-id"] == test {
			return journal[i].Body
		}
	}
	t.Fatalf("the server got no request of %s", test)
	return nil
}
