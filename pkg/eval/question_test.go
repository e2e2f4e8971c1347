package eval_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/llmops-toolkit/llmops/pkg/eval"
)

// Questions are found whatever the order of the records, and not where the case has changed since.
func TestQuestions(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"suite.yaml": "name: s\nprompt: {inline: '{{q}} {{n}}'}\ncases: cases.jsonl\n",
		"cases.jsonl": `{"id": "a", "vars": {"q": "first", "n": 1}}` + "\n" + `{"id": "b", "input": "second"}` + "\n" +
			`{"id": "c", "messages": [{"role": "user", "content": "third"}]}` + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	suite, err := eval.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	hashes := map[string]string{}
	for c, err := range suite.All() {
		if err != nil {
			t.Fatal(err)
		}
		hashes[c.ID] = c.Hash
	}
	q := suite.Questions()
	defer q.Close()
	for _, c := range []struct{ id, hash, want string }{
		{"b", hashes["b"], "second"},
		{"b", hashes["b"], "second"}, // its next repeat
		{"a", hashes["a"], "n: 1\n\nq: first"},
		{"gone", "", ""},
		{"c", "of another text", ""},
	} {
		if got := q.Of(&eval.Record{Case: c.id, Hash: c.hash}); got != c.want {
			t.Errorf("%s: %q; want %q", c.id, got, c.want)
		}
	}
	again := suite.Questions()
	defer again.Close()
	if got := again.Of(&eval.Record{Case: "c", Hash: hashes["c"]}); got != "user: third" {
		t.Errorf("c: %q", got)
	}
}

// A run that was killed has no totals: they are those of its records.
func TestStored(t *testing.T) {
	root := t.TempDir()
	storedRun(t, root, "killed", "", 1)
	records := `{"seq": 0, "case": "a", "scores": {"exact": {"value": 1, "pass": true}}, "latency_ms": 5}` + "\n" +
		`{"seq": 1, "case": "b", "scores": {"exact": {"value": 0, "pass": false}}, "latency_ms": 7}` + "\n" + `{"seq": 2, "ca`
	if err := os.WriteFile(filepath.Join(root, "killed", "cases.jsonl"), []byte(records), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := eval.Stored(filepath.Join(root, "killed"))
	if err != nil {
		t.Fatal(err)
	}
	r := out.Result
	if r.Cases != 2 || len(r.Metrics) != 1 || *r.Metrics[0].Mean != 0.5 || r.Valid || r.Latency.P95 != 7 {
		t.Errorf("got %+v", r)
	}
	if _, err := eval.Stored(root); err == nil {
		t.Error("a directory without run.json is no run")
	}
}
