package sqlite

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/filelock"
)

// Whoever has a database open holds a shared lock on a file beside it, and whoever moves it aside an exclusive one.
// SQLite finds journals by the name of the database: a connection to a file that was moved away would take the new
// one's for its own, play them into the old file and delete them (https://www.sqlite.org/howtocorrupt.html, 4.4).

// hold takes the lock of a database, and waits for it as long as for any other.
func hold(ctx context.Context, path string, lock func(*os.File) error) (*os.File, error) {
	f, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, &Error{path, "cannot write the database", "make the file and its directory writable for you", err}
	}
	for start := time.Now(); ; {
		err := lock(f)
		switch {
		case err == nil:
			return f, nil
		case !errors.Is(err, filelock.ErrLocked):
			err = &Error{path, "cannot be locked", "a network file system may not hold it; work in another directory", err}
		case time.Since(start) > patience:
			err = &Error{path, "another process has it open", "end the other llmops", err}
		default:
			err = wait(ctx)
		}
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
}

// wait lets others go on for a moment.
func wait(ctx context.Context) error {
	select {
	case <-time.After(5 * time.Millisecond):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
