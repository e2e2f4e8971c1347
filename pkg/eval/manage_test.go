package eval

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// A run that is going on belongs to its process: it cannot be resumed, tagged, deleted or cleared away.
func TestRunsAreLocked(t *testing.T) {
	s := mustSuite(t, map[string]string{suiteName: "cases: c.jsonl\nscorers: [{type: exact}]\n", "c.jsonl": numbered(3)})
	other, err := Load(s.Dir)
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	dir := filepath.Join(root, "busy")
	var tried []error
	caller := callerFunc(func(_ context.Context, req *llm.Request) (*llm.Response, error) {
		if req.Case == "c2" { // the record of c0 is there: that of c1 was taken after it was written
			_, err := Run(context.Background(), other, Config{Caller: always("x"), Root: root, Resume: "busy"})
			tried = append(tried, err, Tag(root, dir, "t", false), Delete(dir, true))
			if list, err := Garbage(root, Keep{Age: -1}, time.Now()); err != nil || len(list) > 0 {
				t.Errorf("%v, %v may go", err, list)
			}
		}
		return answering("ok"), nil
	})
	out, err := Run(t.Context(), s, Config{Caller: caller, Root: root, Concurrency: 1, NewID: func() string { return "busy" }})
	if err != nil || !out.Result.Valid || out.Result.Cases != 3 {
		t.Errorf("%v, %+v", err, out.Result)
	}
	for i, err := range tried {
		if err == nil || !strings.Contains(err.Error(), "run busy is still going on") || diag.HintOf(err) == "" {
			t.Errorf("attempt %d: %v", i, err)
		}
	}
}

func TestTagsOfRuns(t *testing.T) {
	for tag, ok := range map[string]bool{
		"main": true, "v1.2_a-b": true, "": false, "a b": false, "../x": false, ".x": false, "-x": false, "a/b": false, "ş": false, "last": false, strings.Repeat("a", 65): false,
		"con": false, "NUL": false, "aux.v1": false, "com1": false, "LPT9.txt": false, "console": true, "com": true, "com10": true, "v1.con": true,
		"___": false, "_-.": false, "v1.": false, "_a": true,
	} {
		if err := CheckTag(tag); (err == nil) != ok {
			t.Errorf("%q: %v", tag, err)
		}
	}
	s := mustSuite(t, map[string]string{suiteName: "cases: c.jsonl\n", "c.jsonl": numbered(1)})
	if _, err := Run(t.Context(), s, Config{Caller: always("x"), Root: t.TempDir(), Tag: "a/b"}); err == nil {
		t.Error("a run has the tag a/b")
	}
}

func TestGarbage(t *testing.T) {
	s := mustSuite(t, map[string]string{suiteName: "cases: c.jsonl\nscorers: [{type: exact}]\n", "c.jsonl": numbered(1)})
	root, now := t.TempDir(), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for i := range 6 { // run 5 is the newest, of today
		when := now.AddDate(0, 0, i-5)
		if _, err := Run(t.Context(), s, Config{
			Caller: always("ok"), Root: root, Now: func() time.Time { return when }, NewID: func() string { return fmt.Sprintf("r%d", i) },
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := Tag(root, filepath.Join(root, "r0"), "kept", false); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Bless(filepath.Join(root, "r1"), "main"); err != nil {
		t.Fatal(err)
	}
	day := 24 * time.Hour
	for _, tt := range []struct {
		keep Keep
		want string
	}{
		{Keep{Newest: 0, Age: -1}, "r2 r3 r4 r5"},
		{Keep{Newest: 2, Age: -1}, "r2 r3"},
		{Keep{Newest: -1, Age: 2 * day}, "r2"},
		{Keep{Newest: 1, Age: day}, "r2 r3"},
		{Keep{Newest: 9, Age: -1}, ""},
	} {
		list, err := Garbage(root, tt.keep, now)
		var ids []string
		for _, i := range list {
			ids = append(ids, i.ID)
		}
		if got := strings.Join(ids, " "); err != nil || got != tt.want {
			t.Errorf("%+v: %q may go, %v; want %q", tt.keep, got, err, tt.want)
		}
	}
	for id, refused := range map[string]bool{"r0": true, "r1": true, "r2": false} {
		if err := Delete(filepath.Join(root, id), false); (err != nil) != refused {
			t.Errorf("%s: %v", id, err)
		}
	}
	if _, err := os.Stat(filepath.Join(root, "r2")); !os.IsNotExist(err) {
		t.Error("r2 is still there")
	}
}

// The repeats of a case become one value in the way that the suite or the scorer says.
func TestReducedRepeats(t *testing.T) {
	s := mustSuite(t, map[string]string{
		suiteName: "cases: c.jsonl\nrepeat: 4\nreduce: pass@2\nscorers:\n  - {name: own, type: exact, reduce: mean}\n  - {name: most, type: exact, reduce: mode}\n  - {name: any, type: exact}\n  - {name: all, type: exact, reduce: pass^k}\n",
		"c.jsonl": `{"id": "a", "input": "x", "expected": ["0", "1", "2"], "must_contain": ["0"]}`,
	})
	caller := callerFunc(func(_ context.Context, req *llm.Request) (*llm.Response, error) {
		return answering(fmt.Sprint(req.Repeat)), nil
	})
	root := t.TempDir()
	out, err := Run(t.Context(), s, Config{Caller: caller, Root: root})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, m := range out.Result.Metrics {
		got[m.Name+" "+m.Reduce] = fmt.Sprintf("%.2f of %d", *m.Mean, m.N)
	}
	want := map[string]string{"own ": "0.75 of 1", "most mode": "1.00 of 1", "any pass@2": "1.00 of 1", "all pass^4": "0.00 of 1", "contains pass@2": "0.50 of 1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	info, err := ReadInfo(out.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if info.Status = StatusRunning; writeInfo(out.Dir, info) != nil { // as if it had been killed
		t.Fatal("run.json cannot be written")
	}
	again, err := Stored(out.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(out.Result.Metrics, again.Result.Metrics); diff != "" {
		t.Error(diff)
	}
	s.Repeat = 1
	if _, err := Run(t.Context(), s, Config{Caller: caller, Root: root}); err == nil || !strings.Contains(err.Error(), "pass@2 wants at least 2 repeats") {
		t.Errorf("got %v", err)
	}
}

// Rescoring asks nobody, and scores by what the suite says now.
func TestRescoreRun(t *testing.T) {
	s := mustSuite(t, map[string]string{suiteName: "cases: c.jsonl\nscorers: [{type: exact}]\n", "c.jsonl": numbered(4)})
	root := t.TempDir()
	out, err := Run(t.Context(), s, Config{Caller: always("OK"), Root: root})
	if err != nil || *out.Result.Metrics[0].Mean != 0 {
		t.Fatal(err, out.Result.Metrics)
	}
	writeFile(t, filepath.Join(s.Dir, suiteName), "cases: c.jsonl\nscorers: [{name: near, type: levenshtein, threshold: 0}]\n")
	writeFile(t, filepath.Join(s.Dir, "c.jsonl"), strings.Replace(numbered(3), `"expected": "ok"`, `"expected": "OK"`, 1))
	now, err := Load(s.Dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := RescoreRun(t.Context(), now, out.Dir, Config{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	m := again.Result.Metrics[0]
	if again.Gone != 1 || again.Changed != 1 || again.Info.RescoredOf != out.Info.ID || m.Name != "near" || m.N != 3 || *m.Mean < 0.3 || !again.Result.Valid {
		t.Errorf("%+v, %+v", again, m)
	}
	if again.Info.ID == out.Info.ID || again.Info.Model != out.Info.Model {
		t.Errorf("%+v", again.Info)
	}
}

func TestLintTags(t *testing.T) {
	var lines strings.Builder
	for i := range 100 {
		tag := "many"
		if i == 0 {
			tag = "few"
		}
		fmt.Fprintf(&lines, `{"input": "question number %d about thing %d", "expected": "x", "tags": %q}`+"\n", i, i*7, tag)
	}
	s := mustSuite(t, map[string]string{suiteName: "cases: c.jsonl\nscorers: [{type: exact}]\n", "c.jsonl": lines.String()})
	found, err := s.Lint()
	if err != nil || len(found) != 1 || found[0].Rule != "unbalanced-tags" || !strings.Contains(found[0].Text, "few (1)") {
		t.Errorf("%+v, %v", found, err)
	}
}

// Cases are added behind a last line that nobody ended, to a file that is not there yet, and all or none.
func TestAddCases(t *testing.T) {
	parse := func(text string) Addable {
		t.Helper()
		a, err := ParseCase("x.jsonl", 1, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	s := mustSuite(t, map[string]string{suiteName: "cases: [old.csv, c.jsonl]\n", "old.csv": "id,input\nold,Old?\n"})
	path, err := s.Add([]Addable{parse(`{"id": "a", "input": "A?"}`)})
	if err != nil || filepath.Base(path) != "c.jsonl" {
		t.Fatal(path, err)
	}
	writeFile(t, path, strings.TrimSpace(readFile(t, path)))
	for name, list := range map[string][]Addable{
		"the id of another file": {parse(`{"id": "b", "input": "B?"}`), parse(`{"id": "old", "input": "C?"}`)},
		"the question":           {parse(`{"id": "b", "input": "B?"}`), parse(`{"id": "c", "input": "A?"}`)},
		"twice among the new":    {parse(`{"id": "b", "input": "B?"}`), parse(`{"input": "B?"}`)},
	} {
		if _, err := s.Add(list); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := s.Add([]Addable{parse(`{"id":  "b", "input": "B?"}`)}); err != nil {
		t.Fatal(err)
	}
	if want, got := `{"id":"a","input":"A?"}`+"\n"+`{"id":"b","input":"B?"}`+"\n", readFile(t, path); got != want {
		t.Errorf("the file holds %q", got)
	}
}
