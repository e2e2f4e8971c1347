package jsonlines_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/jsonlines"
)

type line struct {
	Number      int
	Offset, End int64
	Text        string
}

func TestReader(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []line
		torn bool
	}{
		"empty":              {"", nil, false},
		"lines":              {"a\nbc\n", []line{{1, 0, 2, "a"}, {2, 2, 5, "bc"}}, false},
		"without a last end": {"a\nbc", []line{{1, 0, 2, "a"}, {2, 2, 4, "bc"}}, true},
		"empty lines":        {"\n\na\n", []line{{1, 0, 1, ""}, {2, 1, 2, ""}, {3, 2, 4, "a"}}, false},
		"line ends of DOS":   {"a\r\nb\r\n", []line{{1, 0, 3, "a"}, {2, 3, 6, "b"}}, false},
		"byte order mark":    {"\ufeffa\n\ufeffb\n", []line{{1, 0, 5, "a"}, {2, 5, 10, "\ufeffb"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := jsonlines.NewReader(iotest.OneByteReader(strings.NewReader(c.text)))
			var got []line
			for {
				text, err := r.Next()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, line{r.Number(), r.Offset(), r.End(), string(text)})
			}
			if diff := cmp.Diff(c.want, got); diff != "" || r.Torn() != c.torn {
				t.Errorf("torn %v (-want +got):\n%s", r.Torn(), diff)
			}
		})
	}
}

func TestReaderGoesOnAfterALongLine(t *testing.T) {
	long := io.LimitReader(zeros{}, jsonlines.MaxLine+100)
	r := jsonlines.NewReader(io.MultiReader(strings.NewReader("a\n"), long, strings.NewReader("\nb\n")))
	var got []string
	for {
		text, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if errors.Is(err, jsonlines.ErrTooLong) {
			text = []byte("too long")
		}
		got = append(got, fmt.Sprint(r.Number(), " ", string(text)))
	}
	if diff := cmp.Diff([]string{"1 a", "2 too long", "3 b"}, got); diff != "" {
		t.Error(diff)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

func TestReaderPassesErrorsOn(t *testing.T) {
	broken := errors.New("broken")
	r := jsonlines.NewReader(io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken)))
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	if text, err := r.Next(); !errors.Is(err, broken) {
		t.Errorf("gave %q, %v for half a line", text, err)
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.jsonl")
	f, err := jsonlines.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Append(map[string]string{"a": "<&>"}), f.AppendLine([]byte("[1]")), f.Sync()); err != nil {
		t.Fatal(err)
	}
	if _, err := jsonlines.OpenFile(path); !errors.Is(err, jsonlines.ErrLocked) {
		t.Errorf("opened twice: %v", err)
	}
	if err := f.Append(func() {}); err == nil {
		t.Error("a func has no JSON form")
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	const want = "{\"a\":\"<&>\"}\n[1]\n"
	if got, _ := os.ReadFile(path); string(got) != want || f.Size() != int64(len(want)) {
		t.Errorf("the file holds %q, size %d", got, f.Size())
	}
	if err := f.AppendLine([]byte("x")); err == nil || f.Size() != int64(len(want)) {
		t.Errorf("a failed write gave %v and size %d", err, f.Size())
	}
}

func FuzzRepair(f *testing.F) {
	f.Add("a\nb")
	f.Add("")
	f.Add("x")
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "f.jsonl")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := jsonlines.OpenFile(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		cut, err := file.Repair()
		if err != nil {
			t.Fatal(err)
		}
		got, _ := os.ReadFile(path)
		want := text[:strings.LastIndexByte(text, '\n')+1]
		if string(got) != want || int(cut) != len(text)-len(want) || file.Size() != int64(len(want)) {
			t.Errorf("%q became %q, %d bytes cut", text, got, cut)
		}
		if err := file.AppendLine([]byte("more")); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(path); !bytes.Equal(got, []byte(want+"more\n")) {
			t.Errorf("then %q", got)
		}
	})
}

func ExampleReader() {
	r := jsonlines.NewReader(strings.NewReader("{\"a\":1}\n{\"a\":2}\n"))
	for {
		text, err := r.Next()
		if err != nil {
			break
		}
		fmt.Println(r.Number(), string(text))
	}
	// Output:
	// 1 {"a":1}
	// 2 {"a":2}
}
