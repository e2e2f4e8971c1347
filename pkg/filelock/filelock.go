// Package filelock locks open files between processes, and between openings of a file in one process. The lock of an
// open file ends when the file is closed or its process ends, however that dies.
//
// Start with Exclusive for the only one who may write, and Shared for those who keep him out.
package filelock

import "errors"

// ErrLocked tells that somebody else has a lock on the file that does not go with the one asked for.
var ErrLocked = errors.New("locked by another process")
