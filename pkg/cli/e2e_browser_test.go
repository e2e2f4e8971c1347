//go:build e2e

package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// browser is a headless Chromium that chromedriver drives (www.w3.org/TR/webdriver2).
type browser struct {
	*testing.T
	session string // its address
}

// newBrowser starts one of this size, light or dark, with a profile of its own.
func newBrowser(t *testing.T, width, height int, dark bool) *browser {
	t.Helper()
	driver, err := exec.LookPath("chromedriver")
	if err != nil {
		t.Skip("skipped: chromedriver is not here; Debian has it as chromium-driver")
	}
	b := &browser{T: t}
	args := []string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--hide-scrollbars", "--user-data-dir=" + t.TempDir(),
		fmt.Sprintf("--window-size=%d,%d", width, height),
	}
	if dark {
		args = append(args, "--blink-settings=preferredColorScheme=0")
	}
	url := startDriver(t, driver)
	var session struct{ SessionID string }
	b.call(http.MethodPost, url+"/session", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"browserName": "chrome", "goog:chromeOptions": map[string]any{"args": args},
		"goog:loggingPrefs": map[string]string{"browser": "ALL", "performance": "ALL"},
	}}}, &session)
	b.session = url + "/session/" + session.SessionID
	t.Cleanup(func() { b.call(http.MethodDelete, b.session, nil, nil) })
	b.call(http.MethodPost, b.session+"/url", map[string]string{"url": "about:blank"}, nil)
	b.requests() // those of the browser's own first page
	b.call(http.MethodPost, b.session+"/goog/cdp/execute", map[string]any{
		"cmd": "Emulation.setDeviceMetricsOverride", "params": map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false},
	}, nil)
	return b
}

// startDriver starts chromedriver on a free port and gives its address.
func startDriver(t *testing.T, program string) string {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), program, "--port=0") //nolint:gosec // found by its name
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed
	})
	started := regexp.MustCompile(`started successfully on port (\d+)`)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if m := started.FindStringSubmatch(lines.Text()); m != nil {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return "http://127.0.0.1:" + m[1]
		}
	}
	t.Fatal("chromedriver did not start")
	return ""
}

func (b *browser) call(method, url string, body, value any) {
	b.Helper()
	if body == nil {
		body = map[string]any{}
	}
	text, err := json.Marshal(body)
	if err != nil {
		b.Fatal(err)
	}
	req, err := http.NewRequest(method, url, bytes.NewReader(text)) //nolint:noctx // also in a cleanup
	if err != nil {
		b.Fatal(err)
	}
	client := http.Client{Timeout: time.Minute}
	resp, err := client.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	answer := struct{ Value any }{value}
	got, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		b.Fatalf("%s %s: %s %v\n%.2000s", method, url, resp.Status, err, got)
	}
	if value == nil {
		return
	}
	if err := json.Unmarshal(got, &answer); err != nil {
		b.Fatal(err)
	}
}

// opens loads a report and waits until it is ready.
func (b *browser) opens(url string) {
	b.Helper()
	b.call(http.MethodPost, b.session+"/url", map[string]string{"url": url}, nil)
	b.becomes("document.documentElement.dataset.ready", "true")
}

// js gives the value of an expression in the page, as text.
func (b *browser) js(expression string) string {
	b.Helper()
	var value any
	b.call(http.MethodPost, b.session+"/execute/sync", map[string]any{"script": "return (" + expression + ")", "args": []any{}}, &value)
	return fmt.Sprint(value)
}

// becomes waits until an expression has this value.
func (b *browser) becomes(expression, want string) {
	b.Helper()
	got := ""
	for range 200 {
		if got = b.js(expression); got == want {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	b.Errorf("%s is %.300q; want %q", expression, got, want)
}

func (b *browser) find(css string) string {
	b.Helper()
	var found map[string]string
	b.call(http.MethodPost, b.session+"/element", map[string]string{"using": "css selector", "value": css}, &found)
	for _, id := range found {
		return b.session + "/element/" + id
	}
	return ""
}

func (b *browser) clicks(css string) {
	b.Helper()
	b.call(http.MethodPost, b.find(css)+"/click", nil, nil)
}

func (b *browser) types(css, text string) {
	b.Helper()
	b.call(http.MethodPost, b.find(css)+"/value", map[string]string{"text": text}, nil)
}

// presses sends keys to whatever has the focus.
func (b *browser) presses(keys ...string) {
	b.Helper()
	var actions []map[string]string
	for _, k := range keys {
		actions = append(actions, map[string]string{"type": "keyDown", "value": k}, map[string]string{"type": "keyUp", "value": k})
	}
	b.call(http.MethodPost, b.session+"/actions", map[string]any{"actions": []any{map[string]any{"type": "key", "id": "keyboard", "actions": actions}}}, nil)
}

// log gives the messages of the console, or of the network, since the last time.
func (b *browser) log(kind string) (messages []string) {
	b.Helper()
	var entries []struct{ Message string }
	b.call(http.MethodPost, b.session+"/se/log", map[string]string{"type": kind}, &entries)
	for _, e := range entries {
		messages = append(messages, e.Message)
	}
	return messages
}

// requests lists the addresses that the browser asked since the last time.
func (b *browser) requests() (urls []string) {
	b.Helper()
	for _, m := range b.log("performance") {
		var event struct {
			Message struct {
				Method string
				Params struct{ Request struct{ URL string } }
			}
		}
		if err := json.Unmarshal([]byte(m), &event); err != nil {
			b.Fatal(err)
		}
		if event.Message.Method == "Network.requestWillBeSent" {
			urls = append(urls, event.Message.Params.Request.URL)
		}
	}
	return urls
}

// pictures saves a screenshot where LLMOPS_E2E_PICTURES names a directory.
func (b *browser) pictures(name string) {
	b.Helper()
	dir := os.Getenv("LLMOPS_E2E_PICTURES")
	if dir == "" {
		return
	}
	var text string
	b.call(http.MethodGet, b.session+"/screenshot", nil, &text)
	png, err := base64.StdEncoding.DecodeString(text)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".png"), png, 0o600)
	}
	if err != nil {
		b.Fatal(err)
	}
}
