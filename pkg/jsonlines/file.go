package jsonlines

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/llmops-toolkit/llmops/pkg/filelock"
)

// ErrLocked tells that another process, or another File of this one, has the file open.
var ErrLocked = errors.New("it is being written by another process")

// File is a file to append records to. While it is open no other File is on the same path. It belongs to
// one goroutine.
type File struct {
	file   *os.File
	size   int64 // of all whole records
	buffer bytes.Buffer
}

// OpenFile opens a file, which it makes if there is none, and locks it. What stands in it is not changed;
// Repair removes a line that was cut off. The lock ends with Close or with the process.
func OpenFile(path string) (*File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644) //nolint:gosec // as readable as the project; the caller names it
	if err != nil {
		return nil, err
	}
	if err := filelock.Exclusive(f); err != nil {
		if errors.Is(err, filelock.ErrLocked) {
			err = ErrLocked
		}
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &File{file: f, size: size}, nil
}

// Size is how many bytes the file has.
func (f *File) Size() int64 { return f.size }

// Reader reads the file from its beginning to where it ends now.
func (f *File) Reader() *Reader { return NewReader(io.NewSectionReader(f.file, 0, f.size)) }

// ReadAt implements io.ReaderAt.
func (f *File) ReadAt(p []byte, at int64) (int, error) { return f.file.ReadAt(p, at) }

// Repair cuts off what a killed process left without a line end, and tells how many bytes that were.
func (f *File) Repair() (int64, error) {
	whole, err := lastLineEnd(f.file, f.size)
	if err != nil || whole == f.size {
		return 0, err
	}
	cut := f.size - whole
	if err := f.file.Truncate(whole); err != nil {
		return 0, err
	}
	f.size = whole
	return cut, nil
}

// EndLine ends the last line where a person left it without its end.
func (f *File) EndLine() error {
	last := make([]byte, 1)
	if f.size == 0 {
		return nil
	}
	if _, err := f.file.ReadAt(last, f.size-1); err != nil || last[0] == '\n' {
		return err
	}
	return f.write([]byte("\n"))
}

// Clear removes all that stands in the file.
func (f *File) Clear() error {
	if err := f.file.Truncate(0); err != nil {
		return err
	}
	f.size = 0
	return nil
}

// Append writes v as one line, in one write. After an error the file is as it was before.
func (f *File) Append(v any) error {
	f.buffer.Reset()
	enc := json.NewEncoder(&f.buffer)
	enc.SetEscapeHTML(false) // for readers
	if err := enc.Encode(v); err != nil {
		return err
	}
	return f.write(f.buffer.Bytes())
}

// AppendLine writes a line as it is, and its end. It holds none itself.
func (f *File) AppendLine(line []byte) error {
	f.buffer.Reset()
	f.buffer.Write(line)
	f.buffer.WriteByte('\n')
	return f.write(f.buffer.Bytes())
}

func (f *File) write(data []byte) error {
	if _, err := f.file.WriteAt(data, f.size); err != nil {
		// A full disk leaves half a record; without it the file is whole again.
		return errors.Join(err, f.file.Truncate(f.size))
	}
	f.size += int64(len(data))
	return nil
}

// Sync waits until the disk has all of it.
func (f *File) Sync() error { return f.file.Sync() }

// Close closes the file and ends the lock.
func (f *File) Close() error { return f.file.Close() }

// lastLineEnd finds the offset behind the last line end, reading backwards.
func lastLineEnd(f io.ReaderAt, end int64) (int64, error) {
	buffer := make([]byte, 64<<10)
	for end > 0 {
		start := max(0, end-int64(len(buffer)))
		part := buffer[:end-start]
		if _, err := f.ReadAt(part, start); err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		if i := bytes.LastIndexByte(part, '\n'); i >= 0 {
			return start + int64(i) + 1, nil
		}
		end = start
	}
	return 0, nil
}
