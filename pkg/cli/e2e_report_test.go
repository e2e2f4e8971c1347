//go:build e2e

package cli_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const evil = `</script><script>document.title='owned'</script><img src=x onerror="document.title='owned'"><!-- `

// reportProject has a suite of n cases and two recordings of its answers. Every fifth answer of the first is
// wrong; the second mends those of case-5 and breaks case-1, whose answer is hostile.
func reportProject(t *testing.T, n int) string {
	t.Helper()
	var cases, first, second strings.Builder
	line := func(to *strings.Builder, v map[string]any) {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		to.Write(append(text, '\n'))
	}
	for i := range n {
		id, tag := fmt.Sprintf("case-%d", i), []string{"even", "odd"}[i%2]
		line(&cases, map[string]any{"id": id, "vars": map[string]any{"question": fmt.Sprintf("What is %d?", i)}, "expected": fmt.Sprint(i), "tags": []string{tag}})
		usage, right := map[string]any{"input_tokens": 20, "output_tokens": 5 + i%40}, fmt.Sprintf("It is clearly A: %d", i)
		a, b := right, right
		if i%5 == 0 {
			a, b = "It is probably İstanbul", "It is probably İstanbul"
		}
		switch i {
		case 1:
			b = evil
		case 5:
			b = right
		}
		line(&first, map[string]any{"case": id, "output": a, "usage": usage, "latency_ms": 100 + i%300})
		line(&second, map[string]any{"case": id, "output": b, "usage": usage, "latency_ms": 90 + i%300})
	}
	suite := "name: numbers\nprompt: {inline: '{{question}}'}\nmodel: replay/first\ncases: cases.jsonl\nscorers:\n" +
		"  - {name: accuracy, type: number, after: 'A:'}\n  - {name: likeness, type: levenshtein, threshold: 0}\n"
	return project(t, "http://127.0.0.1:1", map[string]string{
		"evalsets/numbers/suite.yaml": suite, "evalsets/numbers/cases.jsonl": cases.String(),
		"evalsets/numbers/recordings/first.jsonl": first.String(), "evalsets/numbers/recordings/second.jsonl": second.String(),
	})
}

// llmopsIn runs the program in a directory; the command must succeed.
func llmopsIn(t *testing.T, program, dir string, args ...string) {
	t.Helper()
	cmd := command(t, program, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

const (
	listed = "document.getElementById('count').textContent"
	ids    = "[...document.querySelectorAll('#list tbody td.case > span')].slice(0, 3).map(e => e.textContent).join(' ')"
	detail = "document.getElementById('detail').open && document.getElementById('detail-title').textContent"
)

func TestE2EReport(t *testing.T) {
	program, dir := built(t), reportProject(t, 250)
	llmopsIn(t, program, dir, "eval", "run", "numbers", "--tag", "first", "-o", "one.html")
	b := newBrowser(t, 1280, 1000, false)
	b.opens("file://" + filepath.Join(dir, "one.html"))
	b.becomes(listed, "250 cases")
	b.pictures("report light")

	t.Run("filter", func(t *testing.T) {
		b := &browser{t, b.session}
		b.clicks("#status [data-status=fail]")
		b.becomes(listed, "50 of 250 cases")
		b.becomes(ids, "case-0 case-5 case-10")
		b.js("(document.getElementById('tag').value = 'odd', document.getElementById('tag').dispatchEvent(new Event('change')))")
		b.becomes(listed, "25 of 250 cases")
		b.becomes("location.hash", "#status=fail&tag=odd")
		b.clears()
		b.clicks("[data-metric='0']")
		b.clicks("#status [data-status=pass]")
		b.becomes(listed, "200 of 250 cases")
		b.clears()
	})
	t.Run("search", func(t *testing.T) {
		b := &browser{t, b.session}
		b.presses("/")
		b.presses("i", "s", "t", "a", "n", "b", "u", "l")
		b.becomes(listed, "50 of 250 cases") // the answers say İstanbul
		b.types("#search", " case-1")
		b.becomes(ids, "case-10 case-15 case-100")
		b.clears()
		b.types("#search", "no such words")
		b.becomes("document.querySelector('#list .empty')?.textContent", "No case fits. Clear the filters to see all.")
		b.clears()
	})
	t.Run("sort and pages", func(t *testing.T) {
		b := &browser{t, b.session}
		b.clicks("[data-sort=case]")
		b.becomes(ids, "case-0 case-1 case-2")
		b.clicks("[data-sort=case]")
		b.becomes(ids, "case-249 case-248 case-247")
		b.becomes("document.querySelector('#list th[aria-sort]').getAttribute('aria-sort')", "descending")
		b.clicks("#pager button:last-child")
		b.becomes(ids, "case-149 case-148 case-147")
		b.clicks("[data-sort=latency]")
		b.becomes("document.querySelectorAll('#list tbody tr').length", "100")
		b.clears()
	})
	t.Run("keys and the case", func(t *testing.T) {
		b := &browser{t, b.session}
		b.js("document.activeElement.blur()")
		b.presses("j", "j", "\ue007")
		b.becomes(detail, "case-1")
		b.becomes("[...document.querySelectorAll('#detail pre')].map(e => e.textContent).join('|')", "question: What is 1?|1|It is clearly A: 1")
		b.presses("k")
		b.becomes(detail, "case-0")
		b.pictures("case light")
		b.presses("\ue00c")
		b.becomes(detail, "false")
	})
	t.Run("charts", func(t *testing.T) {
		b := &browser{t, b.session}
		b.becomes("document.querySelectorAll('#metrics .metric svg').length", "2")
		b.becomes("document.querySelectorAll('#scatter svg path.dots').length", "2")
		b.becomes("document.querySelector('#theme').click() || getComputedStyle(document.body).backgroundColor", "rgb(16, 20, 27)")
	})
	checkQuiet(b, "file://")
	checkBlocked(b)
}

// The comparison with a baseline is drawn, and a case of it opens.
func TestE2EReportOfAGate(t *testing.T) {
	program, dir := built(t), reportProject(t, 250)
	llmopsIn(t, program, dir, "eval", "run", "numbers", "--tag", "first")
	llmopsIn(t, program, dir, "eval", "run", "numbers", "--baseline", "first", "-m", "replay/second", "-o", "gate.html")
	for _, dark := range []bool{false, true} {
		b := newBrowser(t, map[bool]int{false: 1280, true: 390}[dark], 1000, dark)
		b.opens("file://" + filepath.Join(dir, "gate.html"))
		b.becomes("document.querySelector('#gates h2 .pill').textContent", "ok")
		b.becomes("[...document.querySelectorAll('#gates > div > .scroll td.case')].map(e => e.firstChild.textContent).join(' ')", "accuracy likeness")
		b.becomes("document.querySelectorAll('#gates > div > .scroll svg.interval .threshold').length", "2")
		b.becomes("document.querySelectorAll('#gates > div > .scroll svg.interval .whisker').length", "2")
		b.becomes("document.querySelector('#gates .kind b').textContent", "BROKEN")
		b.becomes("document.documentElement.scrollWidth <= innerWidth", "true")
		b.becomes("document.getElementById('gates').textContent.includes('[object')", "false")
		b.pictures("gate " + map[bool]string{false: "light", true: "dark"}[dark])
		b.clicks("#gates .kind button")
		b.becomes(detail, "case-1")
		checkQuiet(b, "file://")
	}
}

// clears takes all filters away.
func (b *browser) clears() {
	b.Helper()
	b.clicks("#clear")
	b.becomes(listed, "250 cases")
	b.becomes("location.hash", "")
}

// checkQuiet wants nothing in the console, and no request but for the page.
func checkQuiet(b *browser, page string) {
	b.Helper()
	if messages := b.log("browser"); len(messages) > 0 {
		b.Errorf("the console says %q", messages)
	}
	urls := b.requests()
	if len(urls) == 0 {
		b.Error("not even the page was asked for: the log does not work")
	}
	for _, url := range urls {
		if !strings.HasPrefix(url, page) {
			b.Errorf("the page asks for %s", url)
		}
	}
}

// checkBlocked tries what the page's policy forbids: that shows that it does, and that the console would say so.
func checkBlocked(b *browser) {
	b.Helper()
	for what, script := range map[string]string{
		"an image":  "document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/x.png'}))",
		"a request": "fetch('http://127.0.0.1:9/').catch(() => 0) && 0",
		"a script":  "document.body.append(Object.assign(document.createElement('script'), {textContent: 'document.title = `owned`'}))",
		"a style":   "document.body.append(Object.assign(document.createElement('style'), {textContent: 'body { color: red }'}))",
	} {
		b.js("void (" + script + ")")
		b.becomes("1", "1")
		if messages := strings.Join(b.log("browser"), "\n"); !strings.Contains(messages, "Content Security Policy") {
			b.Errorf("%s is not blocked: %q", what, messages)
		}
	}
	b.becomes("document.title", "numbers")
}

// Two runs stand side by side, through `eval view`, and a hostile answer stays text.
func TestE2EView(t *testing.T) {
	program, dir := built(t), reportProject(t, 30)
	llmopsIn(t, program, dir, "eval", "run", "numbers", "--tag", "first")
	llmopsIn(t, program, dir, "eval", "run", "numbers", "--tag", "second", "-m", "replay/second")
	cmd := command(t, program, "eval", "view", "first", "second", "--no-open")
	cmd.Dir = dir
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 100)
	n, err := out.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	url := strings.TrimSpace(string(line[:n]))
	for _, dark := range []bool{false, true} {
		b := newBrowser(t, []int{1280, 400}[map[bool]int{true: 1}[dark]], 900, dark)
		b.opens(url)
		b.becomes(listed, "30 cases")
		b.pictures(fmt.Sprintf("view dark %v", dark))
		b.clicks("#status [data-status=changed]")
		b.becomes(ids, "case-1 case-5")
		b.becomes("document.querySelector('#list tbody tr').innerText.includes('B fail')", "true")
		b.clicks("#list tbody tr")
		b.becomes(detail, "case-1")
		b.becomes("[...document.querySelectorAll('#detail .columns pre')].at(-1).textContent", evil)
		b.becomes("document.querySelectorAll('#detail script, #detail img, main img').length", "0")
		b.becomes("document.title", "numbers")
		b.presses("j")
		b.becomes(detail, "case-5")
		b.becomes("[...document.querySelectorAll('#detail ins')].map(e => e.textContent).join('|')", "clearly|A: 5")
		b.becomes("[...document.querySelectorAll('#detail del')].map(e => e.textContent).join('|')", "probably|İstanbul")
		b.pictures(fmt.Sprintf("compare dark %v", dark))
		checkQuiet(b, url)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // its code is looked at next
	if diff := cmp.Diff(130, cmd.ProcessState.ExitCode()); diff != "" {
		t.Errorf("exit code: %s", diff)
	}
}

// A page of 10,000 cases stays usable; the times are for the reader of the log.
func TestE2ELargeReport(t *testing.T) {
	program, dir := built(t), reportProject(t, 10_000)
	llmopsIn(t, program, dir, "eval", "run", "numbers", "-j", "32", "-o", "large.html")
	b := newBrowser(t, 1280, 1000, false)
	b.opens("file://" + filepath.Join(dir, "large.html"))
	b.becomes(listed, "10,000 cases")
	t.Logf("ready after %s ms", b.js("Math.round(performance.getEntriesByType('navigation')[0].loadEventEnd)"))
	for name, step := range map[string]string{
		"filter": "document.querySelector('#status [data-status=fail]').click()",
		"sort":   "document.querySelector('[data-sort=latency]').click()",
	} {
		t.Logf("%s in %s ms", name, b.js("(() => { const t = performance.now(); "+step+"; document.body.offsetHeight; return Math.round(performance.now() - t) })()"))
	}
	b.becomes(listed, "2,000 of 10,000 cases")
	b.becomes("document.querySelectorAll('#list tbody tr').length", "100")
}
