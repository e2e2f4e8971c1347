package budget

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func someState() *State {
	s, now := &State{}, time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for i, id := range []string{"01JNABCDEFGHIJKLMNPQRSTVWX", "", "ü"} {
		at := now.Add(time.Duration(i) * 25 * time.Hour)
		s.take(id, Use{int64(i), 1 << 40, -5}, at, at.Add(time.Hour))
	}
	return s
}

// allowed compares states as they are, with empty lists like none.
var allowed = cmp.Options{cmp.AllowUnexported(State{}, slotted{}, spent{}, hold{}), cmpopts.EquateEmpty()}

func TestCodec(t *testing.T) {
	want := someState()
	got, err := decode(want.encode(nil))
	if diff := cmp.Diff(want, got, allowed); diff != "" || err != nil {
		t.Error(diff, err)
	}
	whole := want.encode(nil)
	for n := 1; n < len(whole); n++ {
		if _, err := decode(whole[:n]); err == nil {
			t.Errorf("%d of %d bytes are a state", n, len(whole))
		}
	}
	for name, b := range map[string][]byte{"another version": {9}, "more behind it": append(want.encode(nil), 0), "the JSON of old": []byte(`{"w":{}}`)} {
		if _, err := decode(b); err == nil {
			t.Errorf("%s is a state", name)
		}
	}
	if s, err := decode(nil); err != nil || len(s.held) != 0 {
		t.Errorf("nothing is %+v, %v", s, err)
	}
}

// Whatever stands in the database is a state or an error, and a state is read as it was written.
func FuzzDecode(f *testing.F) {
	f.Add([]byte{})
	f.Add(someState().encode(nil))
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := decode(b)
		if err != nil {
			return
		}
		again, err := decode(s.encode(nil))
		if diff := cmp.Diff(s, again, allowed); diff != "" || err != nil {
			t.Error(diff, err)
		}
	})
}
