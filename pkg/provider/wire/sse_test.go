package wire

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// seen is an event that can be kept and compared.
type seen struct {
	Name, Data, ID, Retry string
	Cut                   bool
}

func readAll(src io.Reader, limit int64) ([]seen, error) {
	var all []seen
	r := newEvents(src, limit)
	for {
		e, err := r.next()
		if err != nil {
			return all, err
		}
		all = append(all, seen{e.name, string(e.data), e.id, string(e.retry), e.cut})
	}
}

func TestEvents(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want []seen
	}{
		"one":                {"data: a\n\n", []seen{{Data: "a"}}},
		"crlf":               {"data: a\r\n\r\ndata: b\r\n\r\n", []seen{{Data: "a"}, {Data: "b"}}},
		"bare cr":            {"data: a\r\rdata: b\r\r", []seen{{Data: "a"}, {Data: "b"}}},
		"all ends mixed":     {"data: a\r\ndata: b\rdata: c\n\n", []seen{{Data: "a\nb\nc"}}},
		"byte order mark":    {bom + "data: a\n\n", []seen{{Data: "a"}}},
		"second mark stays":  {bom + bom + "data: a\n\ndata: b\n\n", []seen{{Data: "b"}}},
		"comments":           {": x\ndata: a\n:y\n\n: z\n\n", []seen{{Data: "a"}}},
		"joined lines":       {"data: a\ndata:\ndata: b\n\n", []seen{{Data: "a\n\nb"}}},
		"one space goes":     {"data:  a \n\ndata:b\n\n", []seen{{Data: " a "}, {Data: "b"}}},
		"no colon":           {"data\n\n", []seen{{}}},
		"colons in data":     {"data: a: b:c\n\n", []seen{{Data: "a: b:c"}}},
		"name":               {"event: error\ndata: a\n\ndata: b\n\n", []seen{{Name: "error", Data: "a"}, {Data: "b"}}},
		"name only":          {"event: ping\n\n", []seen{{Name: "ping"}}},
		"id stays":           {"id: 7\ndata: a\n\ndata: b\n\nid\ndata: c\n\n", []seen{{Data: "a", ID: "7"}, {Data: "b", ID: "7"}, {Data: "c"}}},
		"id with NUL":        {"id: 7\x00\ndata: a\n\n", []seen{{Data: "a"}}},
		"retry":              {"retry: 10\ndata: a\n\nretry: 1s\ndata: b\n\n", []seen{{Data: "a", Retry: "10"}, {Data: "b"}}},
		"unknown field":      {"foo: 1\ndatax: 2\ndata: a\n\n", []seen{{Data: "a"}}},
		"cut in a line":      {"data: a\n\ndata: b", []seen{{Data: "a"}, {Data: "b", Cut: true}}},
		"cut before a blank": {"data: b\n", []seen{{Data: "b", Cut: true}}},
		"cut crlf":           {"data: b\r\n\r", []seen{{Data: "b"}}},
		"nothing":            {"", nil},
		"blank lines":        {"\n\r\n\r\r\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			for how, src := range map[string]io.Reader{
				"at once":     strings.NewReader(c.in),
				"by the byte": iotest.OneByteReader(strings.NewReader(c.in)),
				"with EOF":    iotest.DataErrReader(strings.NewReader(c.in)),
			} {
				got, err := readAll(src, 1<<20)
				if !errors.Is(err, io.EOF) {
					t.Errorf("%s: ended in %v", how, err)
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", how, diff)
				}
			}
		})
	}
}

func TestEventsLimit(t *testing.T) {
	for name, in := range map[string]string{
		"one line":   "data: a\n\ndata: " + strings.Repeat("x", 100<<10) + "\n\n",
		"many lines": "data: a\n\n" + strings.Repeat("data: 0123456789\n", 10<<10),
		"a comment":  "data: a\n\n: " + strings.Repeat("x", 100<<10),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := readAll(strings.NewReader(in), 64<<10)
			if !errors.Is(err, errLongEvent) || !errors.Is(err, errTooLarge) {
				t.Errorf("ended in %v", err)
			}
			if diff := cmp.Diff([]seen{{Data: "a"}}, got); diff != "" {
				t.Errorf("before it (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEventsBrokenSource(t *testing.T) {
	broken := errors.New("broken")
	got, err := readAll(io.MultiReader(strings.NewReader("data: a\n\ndata: {"), iotest.ErrReader(broken)), 1<<10)
	if diff := cmp.Diff([]seen{{Data: "a"}, {Data: "{", Cut: true}}, got); !errors.Is(err, broken) || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if _, err := readAll(stuck{}, 1<<10); !errors.Is(err, errNoBytesLeft) {
		t.Errorf("a source that gives nothing: %v", err)
	}
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

// An event is handed out when its last byte is there: nothing waits for the byte after it.
func TestEventsAreNotHeldBack(t *testing.T) {
	for name, end := range map[string]string{"lf": "\n\n", "cr": "\r\r", "crlf, half": "\r\n\r"} {
		t.Run(name, func(t *testing.T) {
			pr, pw := io.Pipe()
			defer pw.Close()
			go func() { _, _ = io.WriteString(pw, "data: a"+end) }() // and never more
			e, err := newEvents(pr, 1<<10).next()
			if err != nil || string(e.data) != "a" {
				t.Errorf("%q, %v", e.data, err)
			}
		})
	}
}

// reference reads a whole stream as the specification words it, with no thought of speed or of reads.
func reference(in string) []seen {
	in = strings.TrimPrefix(in, bom)
	in = strings.ReplaceAll(strings.ReplaceAll(in, "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(in, "\n")
	var all []seen
	var cur seen
	var data []string
	id := ""
	flush := func(cut bool) {
		if data != nil || cur.Name != "" {
			cur.Data, cur.ID, cur.Cut = strings.Join(data, "\n"), id, cut
			all = append(all, cur)
		}
		cur, data = seen{}, nil
	}
	for n, line := range lines {
		if line == "" {
			flush(n == len(lines)-1)
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case name == "data":
			data = append(data, value)
		case name == "event":
			cur.Name = value
		case name == "id" && !strings.Contains(value, "\x00"):
			id = value
		case name == "retry" && strings.Trim(value, "0123456789") == "":
			cur.Retry = value
		}
	}
	flush(true)
	return all
}

// FuzzEvents compares the reader with the reference, with the bytes cut into reads at any place.
func FuzzEvents(f *testing.F) {
	f.Add("data: a\r\n\r\ndata: b\rdata: c\n\n", []byte{1, 3})
	f.Add(bom+"event: x\nid: 1\nretry: 5\n: c\ndata: {\ndata: }\n\ndata: [DONE]\n\n", []byte{0})
	f.Add("data: ü🎉\n\n\r\r\n", []byte{7, 1, 1})
	f.Add("data\r\n\r", []byte{2})
	f.Fuzz(func(t *testing.T, in string, cuts []byte) {
		got, err := readAll(&cutReader{in: in, cuts: cuts}, 1<<20)
		if !errors.Is(err, io.EOF) {
			t.Fatalf("ended in %v", err)
		}
		if diff := cmp.Diff(reference(in), got); diff != "" {
			t.Errorf("%q cut at %v (-want +got):\n%s", in, cuts, diff)
		}
	})
}

// cutReader gives reads of the sizes in cuts, over and over.
type cutReader struct {
	in   string
	cuts []byte
	n    int
}

func (r *cutReader) Read(p []byte) (int, error) {
	if r.in == "" {
		return 0, io.EOF
	}
	size := len(r.in)
	if len(r.cuts) > 0 {
		size = min(size, 1+int(r.cuts[r.n%len(r.cuts)]))
		r.n++
	}
	n := copy(p, r.in[:size])
	r.in = r.in[n:]
	return n, nil
}
