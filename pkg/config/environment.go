package config

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/joho/godotenv"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// environment is the process's variables with the project's .env below them.
type environment struct {
	process map[string]string
	dotenv  map[string]string
	file    string // the .env that was read
}

func newEnvironment(environ []string) *environment {
	e := &environment{process: map[string]string{}}
	for _, kv := range environ {
		if name, value, ok := strings.Cut(kv, "="); ok {
			e.process[name] = value
		}
	}
	return e
}

// maxDotEnv is the largest .env that is read, in bytes.
const maxDotEnv = 1 << 20

func (e *environment) readDotEnv(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return diag.At(path, 0, 0, "cannot be read: %w", err)
	case !info.Mode().IsRegular() || info.Size() > maxDotEnv:
		return diag.At(path, 0, 0, "is not a regular file of at most %d bytes", maxDotEnv)
	}
	data, err := os.ReadFile(path) //nolint:gosec // the project's own file
	if err != nil {
		return diag.At(path, 0, 0, "cannot be read: %w", err)
	}
	vars, err := godotenv.Parse(bytes.NewReader(data))
	if err != nil {
		// The parser's message quotes the text, which is likely a key.
		return diag.At(path, badLine(string(data)), 1, "is not a list of NAME=value lines").WithHint("quote values that hold spaces or #")
	}
	e.dotenv, e.file = vars, path
	return nil
}

// badLine finds the first line that does not parse alone, or 0.
func badLine(text string) int {
	for i, line := range strings.Split(text, "\n") {
		if _, err := godotenv.Unmarshal(line); err != nil {
			return i + 1
		}
	}
	return 0
}

// lookup finds a variable and says where it was set.
func (e *environment) lookup(name string) (value, origin string, ok bool) {
	if v, ok := e.process[name]; ok && (v != "" || e.dotenv[name] == "") { // an empty one counts as not set
		return v, "environment " + name, true
	}
	if v, ok := e.dotenv[name]; ok {
		return v, e.file + " " + name, true
	}
	return "", "", false
}

func (e *environment) get(name string) string {
	v, _, _ := e.lookup(name)
	return v
}

// expand puts variables, written ${NAME}, into the addresses, headers and queries of providers. One
// that is not set is left as it stands, so that only a call to that provider fails.
func (c *Config) expand() {
	set := func(text string) string {
		var out strings.Builder
		for {
			before, rest, found := strings.Cut(text, "${")
			name, after, closed := strings.Cut(rest, "}")
			value, _, known := c.env.lookup(name)
			if !found || !closed || !known {
				out.WriteString(text)
				return out.String()
			}
			out.WriteString(before + value)
			text = after
		}
	}
	c.Redis.URL = llm.NewSecret(set(c.Redis.URL.Reveal()))
	for name, p := range c.Providers {
		p.BaseURL = set(p.BaseURL)
		for k, v := range p.Headers {
			p.Headers[k] = llm.NewSecret(set(v.Reveal()))
		}
		for k, v := range p.Query {
			p.Query[k] = set(v)
		}
		c.Providers[name] = p
	}
}
