//go:build unix

package batch_test

import (
	"syscall"
	"time"
)

// cpu is the time that the process has kept processors busy.
func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
