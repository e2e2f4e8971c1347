package jsonlines

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lock takes one byte far behind the end of any file: a lock on Windows keeps others from reading what
// it covers, and the records are for reading.
func lock(f *os.File) error {
	at := &windows.Overlapped{Offset: 0, OffsetHigh: 0x4000_0000}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return ErrLocked
	}
	return err
}
