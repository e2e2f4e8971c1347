package replay

import (
	"bufio"
	"bytes"
	"errors"
	"hash/maphash"
	"io"
	"io/fs"
	"os"
	"unicode/utf8"

	"github.com/llmops-toolkit/llmops/pkg/diag"
)

// file is an open recording: where each answer lies, and by which keys it is found.
type file struct {
	path   string
	header Header
	r      io.ReaderAt // the bytes of a small file, or the open file
	closer io.Closer   // nil for a small file
	size   int64
	torn   int64 // where a cut-off last line starts, when openFile was to pass over it; else -1

	items     []item
	byRequest []int32 // into items, sorted by request, repeat, line; without those that have none
	byCase    []int32 // into items, sorted by case, repeat, line; without those that have none
	seed      maphash.Seed
}

// item is an answer's place and its keys as 64-bit hashes, 0 for none. A lookup compares the keys
// themselves, so that a collision costs nothing but the reading.
type item struct {
	at           int64
	request, cas uint64
	size         int32
	line, repeat int32
}

const (
	maxLine  = 64 << 20 // the longest line, in bytes
	smallest = 16 << 20 // a file up to this size is kept in memory and closed
)

// openFile reads a recording. A last line that was cut off is an error, or with passTorn passed over.
func openFile(path string, passTorn bool) (*file, error) {
	if info, err := os.Stat(path); err == nil && info.Mode()&fs.ModeNamedPipe != 0 {
		return nil, unreadable(path, errors.New("is a pipe, not a regular file")) // to open it would wait for its writer
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("is not a regular file")
		if info.IsDir() {
			err = errors.New("is a directory where a recording belongs")
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, unreadable(path, err)
	}
	rec := &file{path: path, r: f, closer: f, size: info.Size(), seed: maphash.MakeSeed(), torn: -1}
	if err := rec.load(passTorn); err != nil {
		_ = f.Close()
		return nil, err
	}
	return rec, nil
}

func unreadable(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return diag.At(path, 0, 0, "no such recording").WithHint("record one with --record %s", path)
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return diag.At(path, 0, 0, "%w", err)
}

// load reads the whole file once.
func (f *file) load(passTorn bool) error {
	if f.size <= smallest {
		b, err := io.ReadAll(io.NewSectionReader(f.r, 0, f.size))
		if err != nil {
			return unreadable(f.path, err)
		}
		f.r, f.size = bytes.NewReader(b), int64(len(b))
		if err := f.closer.Close(); err != nil {
			return unreadable(f.path, err)
		}
		f.closer = nil
	}
	if err := f.scan(passTorn); err != nil {
		return err
	}
	return f.index()
}

// scan goes through the lines. Blank lines are passed over, and so is a byte order mark at the start.
func (f *file) scan(passTorn bool) error {
	in := bufio.NewReaderSize(io.NewSectionReader(f.r, 0, f.size), 256<<10)
	var at int64
	var long []byte
	for number := 1; ; number++ {
		line, err := readLine(in, &long)
		if errors.Is(err, errLong) {
			return diag.At(f.path, number, 0, "%w", err)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return unreadable(f.path, err)
		}
		last := errors.Is(err, io.EOF)
		ft := f.add(line, at, number)
		switch cut := last && ft != nil && cutOff(line, ft); {
		case cut && passTorn:
			f.torn = at
		case cut:
			return f.mistake(line, number, ft).
				WithHint("the last line was cut off; --record to this file removes it, or remove it by hand")
		case ft != nil:
			return f.mistake(line, number, ft)
		}
		if last {
			return nil
		}
		at += int64(len(line))
	}
}

var errLong = errors.New("the line is longer than 64 MiB")

// readLine gives a line with its end, which stays valid until the next call. At the end of the input the
// rest comes with io.EOF.
func readLine(in *bufio.Reader, long *[]byte) ([]byte, error) {
	line, err := in.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, err
	}
	*long = (*long)[:0]
	for errors.Is(err, bufio.ErrBufferFull) && len(*long) <= maxLine {
		*long = append(*long, line...)
		line, err = in.ReadSlice('\n')
	}
	*long = append(*long, line...)
	if len(*long) > maxLine {
		return nil, errLong
	}
	return *long, err
}

// add takes in one line.
func (f *file) add(line []byte, at int64, number int) *fault {
	if number == 1 {
		mark := len(line)
		line = bytes.TrimPrefix(line, []byte("\ufeff"))
		at += int64(mark - len(line))
	}
	if len(bytes.TrimSpace(line)) == 0 {
		return nil
	}
	e, ft := parse(line)
	if ft != nil {
		return ft
	}
	if e.Header != nil {
		if len(f.items) > 0 || !f.header.IsZero() {
			return &fault{0, "a header stands on the first line only"}
		}
		f.header = *e.Header
		return nil
	}
	f.items = append(f.items, item{
		at: at, size: int32(len(line)), line: int32(number), repeat: int32(e.Repeat),
		request: f.hash(e.Request), cas: f.hash(e.Case),
	})
	return nil
}

// cutOff tells whether the line is the beginning of an answer: right as far as it goes.
func cutOff(line []byte, ft *fault) bool {
	return ft.at >= len(line) || !utf8.FullRune(line[ft.at:])
}

func (f *file) mistake(line []byte, number int, ft *fault) *diag.Error {
	column := utf8.RuneCount(line[:min(ft.at, len(line))]) + 1
	return diag.At(f.path, number, column, "%s", ft.msg)
}

func (f *file) hash(key string) uint64 {
	if key == "" {
		return 0
	}
	return max(maphash.String(f.seed, key), 1)
}

func (f *file) close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}
