package filelock

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// Exclusive takes the lock that goes with no other. It does not wait: an ErrLocked tells that others have one.
func Exclusive(f *os.File) error { return lock(f, windows.LOCKFILE_EXCLUSIVE_LOCK) }

// Shared takes a lock that goes with others of its kind. It does not wait: an ErrLocked tells of an exclusive one.
func Shared(f *os.File) error { return lock(f, 0) }

// lock takes one byte far behind the end of any file: a lock on Windows keeps others from reading what it covers.
func lock(f *os.File, how uint32) error {
	at := &windows.Overlapped{Offset: 0, OffsetHigh: 0x4000_0000}
	err := windows.LockFileEx(windows.Handle(f.Fd()), how|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return ErrLocked
	}
	return err
}
