// Package redistest starts a real redis-server for a test.
package redistest

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Server is a running redis-server.
type Server struct {
	URL string

	t    testing.TB
	dir  string
	cmd  *exec.Cmd
	done chan error
}

// Start starts a server with an empty database, which listens on a socket in a directory of its own and ends
// with the test. Without redis-server on the machine the test is skipped.
func Start(t testing.TB) *Server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("redis-server is not installed (Debian's package redis-server)")
	}
	dir, err := os.MkdirTemp("", "redis") //nolint:usetesting // t.TempDir's path can be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{URL: "unix://" + filepath.Join(dir, "s"), t: t, dir: dir}
	t.Cleanup(func() {
		s.Stop()
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	s.Restart()
	return s
}

// Stop kills the server; what it held is gone.
func (s *Server) Stop() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	<-s.done
	s.cmd = nil
	_ = os.Remove(filepath.Join(s.dir, "s"))
}

// Restart starts the server again after Stop, empty.
func (s *Server) Restart() {
	s.t.Helper()
	socket := filepath.Join(s.dir, "s")
	var out bytes.Buffer
	s.cmd = exec.Command("redis-server", "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", s.dir) //nolint:gosec // fixed
	s.cmd.Stdout, s.cmd.Stderr = &out, &out
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.done = make(chan error, 1)
	cmd, done := s.cmd, s.done
	go func() { done <- cmd.Wait() }()
	for start := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		if c, err := net.Dial("unix", socket); err == nil {
			_ = c.Close()
			return
		}
		select {
		case err := <-s.done:
			s.cmd = nil
			s.t.Fatalf("redis-server ended: %v\n%s", err, out.String())
		default:
		}
		if time.Since(start) > 20*time.Second {
			s.t.Fatal("redis-server does not answer")
		}
	}
}
