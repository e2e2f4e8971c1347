package score

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"
)

var errFlood = fmt.Errorf("wrote more than %d MiB", maxExecOutput>>20)

// run gives the program its input and takes its output. The program gets an environment of its own, without
// the caller's keys, and is killed with its process group when its time is up, when it writes without
// end and when it ends and leaves something behind. What it puts into a session of its own outlives it: to
// adopt such orphans this process would have to reap every child, and could not tell whose they are.
func (o *command) run(ctx context.Context, in []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, o.path, o.Command[1:]...)
	cmd.Dir = o.dir
	cmd.Env = execEnvironment(o.dir)
	cmd.Stdin = bytes.NewReader(in)
	out, notes := &capped{most: maxExecOutput, full: cancel}, &capped{most: maxExecOutput, full: cancel}
	cmd.Stdout, cmd.Stderr = out, notes
	cmd.WaitDelay = 2 * time.Second // for a pipe that something left behind holds open
	ownGroup(cmd)
	err := cmd.Run()
	killGroup(cmd)
	switch {
	case out.over || notes.over:
		return nil, errFlood
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, fmt.Errorf("did not end within %v", o.timeout)
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		if said := lastLine(notes.buf.String()); said != "" {
			return nil, fmt.Errorf("failed (%w): %s", err, quote(said))
		}
		return nil, fmt.Errorf("failed: %w", err)
	}
	return out.buf.Bytes(), nil
}

// capped keeps what is written up to a limit, then calls full and takes no more. The buffer is a field of
// its own: an embedded one would lend io.Copy its ReadFrom, which knows no limit.
type capped struct {
	buf  bytes.Buffer
	most int
	full func()
	over bool
}

func (c *capped) Write(p []byte) (int, error) {
	if c.buf.Len()+len(p) > c.most {
		c.over = true
		c.full()
		return 0, errFlood
	}
	return c.buf.Write(p)
}
