package score

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// command runs a program of the suite's own directory: the sample as JSON on its standard input, a verdict
// {"score": 0.5, "pass": true, "reason": "…"} as JSON on its standard output. Whatever goes wrong (no
// verdict, another exit status than 0, too much output, no end) leaves the answer unscored.
type command struct {
	Command   texts    `yaml:"command" json:"command"` // a file in the suite's directory, then its arguments
	Timeout   string   `yaml:"timeout" json:"timeout"`
	Threshold *float64 `yaml:"threshold" json:"threshold"` // what passes where the program gives a score alone

	timeout time.Duration
	path    string // absolute, "" before bind
	dir     string
}

// Limits of an exec scorer.
const (
	maxExecTimeout = 10 * time.Minute
	maxExecOutput  = 1 << 20
)

func newCommand(o command) (Scorer, error) {
	if len(o.Command) == 0 || o.Command[0] == "" {
		return nil, badOptionHint("command", "is missing", "for example command: [./check.py, --strict]")
	}
	var err error
	if o.timeout, err = time.ParseDuration(o.Timeout); err != nil || o.timeout <= 0 || o.timeout > maxExecTimeout {
		return nil, badOption("timeout", "want a duration up to 10m, such as 5s")
	}
	return &o, checkThreshold(o.Threshold)
}

// bind asks for consent and finds the program, whose content becomes part of the metric's identity.
func (o *command) bind(t Tools) (string, error) {
	if !t.AllowExec {
		return "", diag.Errorf("the suite has an exec scorer, which runs the program %s", quote(o.Command[0])).
			WithHint("read the program, then pass --allow-exec, or set eval.allow_exec: true in llmops.yaml")
	}
	root, err := filepath.EvalSymlinks(t.Dir)
	if err != nil {
		return "", diag.Errorf("exec: %w", err)
	}
	if root, err = filepath.Abs(root); err != nil {
		return "", diag.Errorf("exec: %w", err)
	}
	path := filepath.FromSlash(o.Command[0])
	if !filepath.IsAbs(path) {
		path = filepath.Join(root, path)
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return "", diag.Errorf("exec: %w", err).WithHint("a command is a file in the suite's directory")
	}
	if inside, err := filepath.Rel(root, path); err != nil || !filepath.IsLocal(inside) {
		return "", diag.Errorf("exec: %s is not in the suite's directory %s", o.Command[0], t.Dir).
			WithHint("put a script there that calls it")
	}
	sum, err := fileHash(path)
	if err != nil {
		return "", diag.Errorf("exec: %w", err)
	}
	o.path, o.dir = path, root
	return sum, nil
}

func fileHash(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", errors.New(path + " is no regular file")
	}
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Score runs the program.
func (o *command) Score(ctx context.Context, s *Sample) Outcome {
	if o.path == "" {
		return unscored("the program may not run: it has not been allowed")
	}
	in, err := execInput(s)
	if err != nil {
		return unscored("the sample has no JSON form: %v", err)
	}
	out, err := o.run(ctx, in)
	if err != nil {
		return unscored("%s %v", filepath.Base(o.path), err)
	}
	verdict, err := readExecVerdict(out)
	if err != nil {
		return unscored("%s %v", filepath.Base(o.path), err)
	}
	return verdict.outcome(o.Threshold)
}

// lastLine is the end of what a program said on its standard error, for the reason.
func lastLine(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.LastIndexByte(s, '\n'); i >= 0 {
		s = s[i+1:]
	}
	return s
}
