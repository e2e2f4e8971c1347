package cli_test

import (
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

// built compiles the program as `go build` does, so that `go run` and this share what is compiled.
func built(tb testing.TB) string {
	tb.Helper()
	return build(tb, "llmops", ".", "../../cmd/llmops")
}

// released compiles the program as it is released: static and stripped. Tests of it are skipped under the race detector,
// which sees nothing of another program.
func released(tb testing.TB) string {
	tb.Helper()
	if underRace {
		tb.Skip("the released program is built without the race detector")
	}
	return build(tb, "llmops", ".", "../../cmd/llmops", releaseFlags...)
}

var releaseFlags = []string{"-trimpath", "-tags", "grpcnotrace", "-ldflags", "-s -w"}

// build compiles pkg, seen from dir, and returns the program's path. With flags it is static too.
func build(tb testing.TB, name, dir, pkg string, flags ...string) string {
	tb.Helper()
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	path := filepath.Join(tb.TempDir(), name)
	cmd := exec.CommandContext(tb.Context(), "go", slices.Concat([]string{"build"}, flags, []string{"-o", path, pkg})...)
	cmd.Dir = dir
	if len(flags) > 0 {
		cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		tb.Fatalf("go build %s: %v\n%s", pkg, err, out)
	}
	return path
}

// command runs the program in an empty directory with an environment of its own, whatever this machine
// has configured.
func command(tb testing.TB, program string, args ...string) *exec.Cmd {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), program, args...)
	cmd.Dir = tb.TempDir()
	cmd.Env = []string{"HOME=" + cmd.Dir, "XDG_CONFIG_HOME=" + cmd.Dir, "PATH="}
	if runtime.GOOS == "windows" {
		cmd.Env = append(cmd.Environ(), cmd.Env...) // sockets need SYSTEMROOT
	}
	return cmd
}
