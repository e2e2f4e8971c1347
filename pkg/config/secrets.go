package config

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/diag"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// keyCommandLimit bounds how long a key_command may take.
const keyCommandLimit = 30 * time.Second

// Secret reads a key from the environment or the project's .env. It is zero when the variable is not
// set or empty.
func (c *Config) Secret(name string) llm.Secret {
	return llm.NewSecret(strings.TrimSpace(c.env.get(name)))
}

// ProviderKey finds the key of an entry: its variable first, then its key_command.
func (c *Config) ProviderKey(ctx context.Context, name string, p Provider) (llm.Secret, error) {
	if p.APIKeyEnv != "" {
		if s := c.Secret(p.APIKeyEnv); !s.IsZero() || p.KeyCommand == "" {
			return s, nil
		}
	}
	if p.KeyCommand == "" {
		return llm.Secret{}, nil
	}
	return runKeyCommand(ctx, name, p.KeyCommand)
}

// runKeyCommand takes the first line that a command prints. What it printed is in no error.
func runKeyCommand(ctx context.Context, name, command string) (llm.Secret, error) {
	ctx, cancel := context.WithTimeout(ctx, keyCommandLimit)
	defer cancel()
	shell, flag := "sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd", "/C"
	}
	cmd := exec.CommandContext(ctx, shell, flag, command) //nolint:gosec // the user's own configuration names it
	cmd.WaitDelay = time.Second
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("gave no answer in %s", keyCommandLimit)
		}
		return llm.Secret{}, diag.Errorf("providers.%s: key_command: %w", name, err).
			WithHint("run the command by hand: it must print the key and nothing else")
	}
	line, _, _ := strings.Cut(strings.TrimSpace(out.String()), "\n")
	if line = strings.TrimSpace(line); line == "" {
		return llm.Secret{}, diag.Errorf("providers.%s: key_command printed nothing", name).
			WithHint("run the command by hand: it must print the key and nothing else")
	}
	return llm.NewSecret(line), nil
}
