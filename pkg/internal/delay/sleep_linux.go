package delay

import (
	"syscall"
	"time"
)

// sleep asks the kernel itself, whose timers are exact to some hundredths of a millisecond.
func sleep(d time.Duration) {
	wish := syscall.NsecToTimespec(int64(d))
	for syscall.Nanosleep(&wish, &wish) == syscall.EINTR { // a signal: what is left is slept then
	}
}
