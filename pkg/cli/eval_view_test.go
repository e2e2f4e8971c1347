//go:build linux

package cli_test

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// viewProject is a project with a stored run.
func viewProject(t *testing.T) string {
	t.Helper()
	dir := project(t, "http://127.0.0.1:1", map[string]string{
		"evalsets/one/suite.yaml":         "name: one\nmodel: replay/r\ncases: cases.jsonl\n",
		"evalsets/one/cases.jsonl":        `{"id": "a", "input": "1"}` + "\n",
		"evalsets/one/recordings/r.jsonl": `{"case": "a", "output": "the only answer"}` + "\n",
		"bin/xdg-open":                    "#!/bin/sh\necho \"$@\" > \"$HOME/opened\"\n",
	})
	if err := os.Chmod(filepath.Join(dir, "bin/xdg-open"), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	begin(t, dir, "eval", "run", "one").ends(t, 0)
	return dir
}

func get(t *testing.T, method, url, host string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if host != "" {
		req.Host = host
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func TestEvalView(t *testing.T) {
	dir := viewProject(t)
	p := begin(t, dir, "eval", "view", "--no-open")
	line, err := bufio.NewReader(p.out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	url := strings.TrimSpace(line)
	port := strings.TrimSuffix(url[strings.LastIndex(url, ":"):], "/")
	for name, c := range map[string]struct {
		method, path, host string
		code               int
		holds              string
	}{
		"the page":         {"GET", "", "", 200, "the only answer"},
		"by name":          {"GET", "", "localhost" + port, 200, "the only answer"},
		"head":             {"HEAD", "", "", 200, ""},
		"rebound name":     {"GET", "", "evil.example" + port, 421, "unknown host"},
		"name, other port": {"GET", "", "localhost:1", 421, "unknown host"},
		"bare name":        {"GET", "", "127.0.0.1", 421, "unknown host"},
		"another path":     {"GET", "etc/passwd", "", 404, "not found"},
		"writing":          {"POST", "", "", 405, "only GET"},
	} {
		t.Run(name, func(t *testing.T) {
			resp, body := get(t, c.method, url+c.path, c.host)
			if resp.StatusCode != c.code || !strings.Contains(body, c.holds) || c.code != 200 && strings.Contains(body, "answer") {
				t.Errorf("%s: %.200s", resp.Status, body)
			}
			if policy := resp.Header.Get("Content-Security-Policy"); c.code == 200 && (policy != "frame-ancestors 'none'" || resp.Header.Get("Cache-Control") != "no-store") {
				t.Errorf("headers %v", resp.Header)
			}
		})
	}
	t.Run("a run that breaks", func(t *testing.T) {
		files, err := filepath.Glob(filepath.Join(dir, ".llmops/runs/*/cases.jsonl"))
		if err != nil || len(files) != 1 {
			t.Fatal(files, err)
		}
		if err := os.WriteFile(files[0], []byte("{broken}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if resp, body := get(t, "GET", url, ""); resp.StatusCode != 500 || !strings.Contains(body, "cases.jsonl:1") {
			t.Errorf("%s: %.200s", resp.Status, body)
		}
	})
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.ends(t, 143)
}

// On a terminal with a display the browser is told the address; it stays up while it is asked.
func TestEvalViewOpensABrowser(t *testing.T) {
	dir := viewProject(t)
	for name, c := range map[string]struct {
		env   string
		flags []string
		opens bool
	}{
		"display":    {"DISPLAY=:0", nil, true},
		"wayland":    {"WAYLAND_DISPLAY=w", nil, true},
		"no display": {"LANG=C", nil, false},
		"no open":    {"DISPLAY=:0", []string{"--no-open"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			_ = os.Remove(filepath.Join(dir, "opened")) // it need not be there
			tty := newTerminal(t)
			path := "PATH=" + filepath.Join(dir, "bin") + ":/usr/bin:/bin"
			cmd := tty.run(t, dir, []string{path, c.env}, append([]string{"eval", "view", "--idle", "500ms"}, c.flags...)...)
			url, _, _ := strings.Cut(tty.sees(t, "/\n"), "\n") // the next line may have come with it
			url = strings.TrimSpace(url)
			tty.rest(t, cmd, 0)
			var opened []byte
			for range 100 { // the browser is not waited for
				opened, _ = os.ReadFile(filepath.Join(dir, "opened"))
				if len(opened) > 0 || !c.opens {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			if want := map[bool]string{true: url}[c.opens]; strings.TrimSpace(string(opened)) != want {
				t.Errorf("the browser is told %q; want %q", opened, want)
			}
		})
	}
}
