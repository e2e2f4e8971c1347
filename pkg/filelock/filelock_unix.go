//go:build unix

package filelock

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// Exclusive takes the lock that goes with no other. It does not wait: an ErrLocked tells that others have one.
func Exclusive(f *os.File) error { return lock(f, unix.LOCK_EX) }

// Shared takes a lock that goes with others of its kind. It does not wait: an ErrLocked tells of an exclusive one.
func Shared(f *os.File) error { return lock(f, unix.LOCK_SH) }

func lock(f *os.File, how int) error {
	for {
		switch err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB); {
		case errors.Is(err, unix.EWOULDBLOCK):
			return ErrLocked
		case !errors.Is(err, unix.EINTR):
			return err
		}
	}
}
