package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/llmops-toolkit/llmops/pkg/eval"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// hostile are texts that a report must show and not obey.
var hostile = []string{
	"</script><script>alert(1)</script>",
	"<!--<script>", "-->", "]]>", "<img src=x onerror=alert(1)>", "&lt;b&gt; &amp;",
	"a\u2028b\u2029c", "\x1b[31mred\x1b]0;title\x07", "nul\x00 bell\x07 \ufffe\uffff",
	"\u202egnp.exe\u202c \u2066x\u2069", "broken \xff\xfe\xc3( utf-8", "=HYPERLINK(\"http://evil.example\")",
	"+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "a,b\"c\r\nd", "  padded  ", "`code` ``` ~~~ ````",
	"@everyone @owner #1 !2 ~label %3 $4 GH-1", "/close\n/assign me", "[x](javascript:alert(1)) <https://evil.example> www.evil.example",
	"| a | b |\n| --- | --- |", "\\|@everyone", "<!-- llmops-comment -->", "### ✅ passed", "@STYLE@ @DATA@ @SCRIPT@ @TITLE@",
	strings.Repeat("long ", 40_000), "",
}

// hostileRun is a run whose every text is hostile.
func hostileRun(t *testing.T) Run {
	t.Helper()
	var records []*eval.Record
	for i, text := range hostile {
		rec := &eval.Record{
			Seq: i, Case: fmt.Sprintf("%d %.80s", i, text), Output: text, Expected: quote(text), Tags: []string{fmt.Sprintf("%.80s", text)},
			Scores: map[string]eval.Score{hostile[0]: {Value: ptr(0.0), Why: text}, "odd": {Value: ptr(1.0), Pass: true}},
		}
		switch i % 4 {
		case 1:
			rec.Error = &eval.Failure{Type: fmt.Sprintf("%.40s", text), Message: text}
		case 2:
			rec.Scores = map[string]eval.Score{hostile[0]: {Unscored: "because " + text}}
		case 3:
			rec.Scores = map[string]eval.Score{"odd": {Value: ptr(1.0), Pass: true}}
			rec.Usage, rec.Cost, rec.Latency = &llm.Usage{UncachedInput: 10, Output: 5}, ptr(llm.Money(1500)), eval.Millis(time.Second)
		}
		records = append(records, rec)
	}
	return storedRun(t, records)
}

func quote(s string) []byte { b, _ := json.Marshal(s); return b }

// storedRun writes records as a run that is named by the first hostile text.
func storedRun(t *testing.T, records []*eval.Record) Run {
	t.Helper()
	dir := t.TempDir()
	var lines bytes.Buffer
	enc := json.NewEncoder(&lines)
	for _, r := range records {
		if err := enc.Encode(r); err != nil {
			t.Fatal(err)
		}
	}
	evil := hostile[0]
	info := eval.Info{
		Schema: "llmops.run/v1", ID: "20260101-000000-abcdef", Suite: evil, Cases: len(records), Model: evil, Repeat: 1, Tag: evil,
		Prompt: &eval.PromptID{Name: evil, Version: "1.0.0"}, Started: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		Metrics: []eval.MetricID{{Name: evil}}, Status: eval.StatusRunning, Duration: eval.Millis(1500 * time.Millisecond),
	}
	text, err := json.Marshal(info)
	err = errors.Join(err, os.WriteFile(filepath.Join(dir, "run.json"), text, 0o600),
		os.WriteFile(filepath.Join(dir, "cases.jsonl"), lines.Bytes(), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	out, err := eval.Stored(dir)
	if err != nil {
		t.Fatal(err)
	}
	return Run{Outcome: out, Answers: evil}
}

func written(t *testing.T, format string, runs ...Run) string {
	t.Helper()
	f, err := FormatNamed(format)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.Write(&out, runs); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// Nothing in the data can end its element or begin another: what is left of the page without the data is
// the same for every run of the same name.
func TestHTMLHoldsHostileText(t *testing.T) {
	run := hostileRun(t)
	page := written(t, "html", run, run)
	if !utf8.ValidString(page) || strings.ContainsAny(page, "\x00\x1b\u2028\u2029") {
		t.Error("the page holds characters that HTML or JavaScript may trip over")
	}
	island := regexp.MustCompile(`(?s)<script type="application/json"[^>]*>(.*?)</script>`)
	found := island.FindAllStringSubmatch(page, -1)
	if len(found) != 3 {
		t.Fatalf("%d elements of data; want one a run and the head", len(found))
	}
	for _, m := range found {
		if strings.ContainsAny(m[1], "<>&") {
			t.Error("the data holds markup")
		}
		var v any
		if err := json.Unmarshal([]byte(m[1]), &v); err != nil {
			t.Error(err)
		}
	}
	bare := island.ReplaceAllString(page, "")
	if got, want := strings.Count(bare, "<script"), 1; got != want {
		t.Errorf("%d scripts beside the data; want %d", got, want)
	}
	if strings.Contains(bare, "alert(1)<") || strings.Contains(bare, "@STYLE@") {
		t.Error("text of the run stands in the page itself")
	}
	var records []pageRecord
	if err := json.Unmarshal([]byte(found[0][1]), &records); err != nil {
		t.Fatal(err)
	}
	for i, rec := range records {
		var want string // as encoding/json keeps it in the record: U+FFFD for each wrong byte
		if err := json.Unmarshal(quote(hostile[i]), &want); err != nil {
			t.Fatal(err)
		}
		if want, _ = clip(want, maxText); rec.Output != want {
			t.Errorf("case %d: output %.60q; want %.60q", i, rec.Output, want)
		}
	}
}

func TestHTMLPolicy(t *testing.T) {
	page := written(t, "html", hostileRun(t))
	policy := regexp.MustCompile(`http-equiv="Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)
	if policy == nil {
		t.Fatal("no policy")
	}
	if !strings.HasPrefix(policy[1], "default-src 'none'; script-src 'sha256-") || strings.Contains(policy[1], "unsafe") || strings.Contains(policy[1], "*") {
		t.Errorf("policy %s", policy[1])
	}
	style, script, err := pageParts()
	if err != nil {
		t.Fatal(err)
	}
	for name, part := range map[string]string{"<style>" + style + "</style>": style, "<script>" + script + "</script>": script} {
		if !strings.Contains(page, name) || strings.Contains(part, "</") || strings.Contains(part, "<!--") {
			t.Errorf("%.20s… does not stand in the page as it is hashed", name)
		}
	}
	for _, way := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "fetch(", "XMLHttpRequest", "import(", "src=", "url(", "@import"} {
		if strings.Contains(script+style, way) {
			t.Errorf("the page uses %s", way)
		}
	}
	for _, link := range regexp.MustCompile(`https?://[^"' )]+`).FindAllString(script+style, -1) {
		if link != "http://www.w3.org/2000/svg" { // a name, not an address
			t.Errorf("the page names %s", link)
		}
	}
}

// A spreadsheet finds no formula, and a program finds every text again.
func TestCSVHoldsHostileText(t *testing.T) {
	run := hostileRun(t)
	text := written(t, "csv", run)
	if n := strings.Count(text, "\r\n"); n < len(hostile)+1 || strings.ContainsRune(text, 0) {
		t.Errorf("%d line ends of RFC 4180", n)
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(hostile)+1 {
		t.Fatalf("%d rows for %d records", len(rows), len(hostile))
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	for i, row := range rows[1:] {
		for name, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") {
				t.Errorf("record %d, %s: %.40q may be a formula", i, rows[0][name], cell)
			}
		}
		want := strings.ReplaceAll(strings.ReplaceAll(hostile[i], "\x00", "\ufffd"), "\r\n", "\n")
		got := strings.TrimPrefix(row[column["output"]], "'")
		if utf8.ValidString(hostile[i]) && got != want {
			t.Errorf("record %d: output %.60q; want %.60q", i, got, want)
		}
	}
	if got := rows[4][column["cost_usd"]] + " " + rows[4][column["latency_ms"]] + " " + rows[4][column["output_tokens"]]; got != "0.0000015 1000 5" {
		t.Errorf("numbers %q", got)
	}
}

func TestRecordsKeepTheirText(t *testing.T) {
	run := hostileRun(t)
	for runs, want := range map[int]int{1: len(hostile), 2: 2 * len(hostile)} {
		lines := strings.Split(strings.TrimSuffix(written(t, "jsonl", []Run{run, run}[:runs]...), "\n"), "\n")
		if len(lines) != want {
			t.Fatalf("%d lines; want %d", len(lines), want)
		}
		for i, line := range lines {
			var got struct {
				Run string
				eval.Record
			}
			if err := json.Unmarshal([]byte(line), &got); err != nil {
				t.Fatal(err)
			}
			if utf8.ValidString(hostile[i%len(hostile)]) && got.Output != hostile[i%len(hostile)] || (got.Run != "") != (runs > 1) {
				t.Errorf("line %d: run %q, output %.40q", i, got.Run, got.Output)
			}
		}
	}
	var one eval.Result
	if err := json.Unmarshal([]byte(written(t, "json", run)), &one); err != nil || one.Schema != eval.Schema || one.Valid {
		t.Errorf("json: %+v, %v", one.Schema, err)
	}
}
