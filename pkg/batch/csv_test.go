package batch_test

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmops-toolkit/llmops/pkg/batch"
)

// endless repeats a row for ever.
type endless struct{ read int64 }

func (e *endless) Read(b []byte) (int, error) {
	const row = "7,more\n"
	for i := range b {
		b[i] = row[(int(e.read)+i)%len(row)]
	}
	e.read += int64(len(b))
	return len(b), nil
}

// A quote that is never closed makes one row of the rest of the file, which is not read to its end.
func TestOpenQuoteIsBounded(t *testing.T) {
	rest := new(endless)
	in := batch.Input{Name: "in.csv", Reader: io.MultiReader(strings.NewReader("id,input\n1,a\n2,\"b\n"), rest), Format: batch.CSV}
	var ids []string
	err := batch.Each(t.Context(), in, batch.Settings{}, func(it batch.Item) error {
		ids = append(ids, it.ID)
		return nil
	}, func(it batch.Item) { t.Errorf("a problem: %v", it.Err) })
	if err == nil || !strings.HasPrefix(err.Error(), "in.csv:3: cannot be read: the row is longer than 64 MiB") {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff([]string{"1"}, ids); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
	if rest.read > 80<<20 {
		t.Errorf("%d bytes were read", rest.read)
	}
}

// What is no record keeps its text, also behind rows of several lines.
func TestBrokenRowsKeepTheirText(t *testing.T) {
	text := "id,input\r\n1,\"two\r\nlines\"\r\n2\r\n3,say \"hi\"\r\n4,ok\r\n5,\"open\r\n6,x\r\n"
	var got []string
	err := batch.Each(t.Context(), batch.Input{Name: "in", Reader: strings.NewReader(text), Format: batch.CSV}, batch.Settings{},
		func(it batch.Item) error { got = append(got, it.ID); return nil },
		func(it batch.Item) { got = append(got, it.Err.Error()+": "+string(it.Raw)) })
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"1", "in:4: the row has another number of columns than the header's 2: 2", "in:5: malformed CSV: bare \" in non-quoted-field: 3,say \"hi\"",
		"4", "in:7: malformed CSV: extraneous or missing \" in quoted-field: 5,\"open\r\n6,x",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
