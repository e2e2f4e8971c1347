package budget

import (
	"encoding/hex"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func someState() *State {
	s, now := &State{}, time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for i, id := range []string{"01JNABCDEFGHIJKLMNPQRSTVWX", "", "ü"} {
		at := now.Add(time.Duration(i) * 25 * time.Hour)
		s.take(&Request{ID: id, Use: Use{int64(i), 1 << 40, -5}, Now: at, Until: at.Add(time.Hour), Lease: at.Add(time.Minute)})
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

// What was written before there were leases is read: a call under way counts for as long as it did then.
func TestWithoutLeases(t *testing.T) {
	old, err := hex.DecodeString(oldState)
	if err != nil {
		t.Fatal(err)
	}
	want := someState()
	for i := range want.held {
		want.held[i].lease = want.held[i].until
	}
	got, err := decode(old)
	if diff := cmp.Diff(want, got, allowed); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

// oldState is someState in the form of version 1.
const oldState = "0104a0a7ac9a0d02a0fe0a040680a9a19a0d808080808040a0fe0a808080808040a0fe0a80808080804004eea6b40102960104069a97a9138080808" +
	"08040099c97a913808080808040099e97a9138080808080400902d6dd188080808080c0011d063430314a4e4142434445464748494a4b4c4d4e5051525354" +
	"565758008080808080400980a9a19a0d80a9a19a0dd8a5b4019a97a913d6dd1880e2df979567000280808080804009a0a7ac9a0da0a7ac9a0deea6b4019c9" +
	"7a913d6dd18808ccaed956704c3bc0480808080804009c0a5b79a0dc0a5b79a0d84a8b4019e97a913d6dd1880b6b4c39667"

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
