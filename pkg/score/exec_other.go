//go:build !unix

package score

import "os/exec"

// ownGroup does nothing: here the program alone is killed, and not what it has started.
func ownGroup(*exec.Cmd) {}

func killGroup(*exec.Cmd) {}

func execEnvironment(string) []string { return []string{"PYTHONUTF8=1"} }
