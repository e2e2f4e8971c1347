package eval

import "testing"

// Reading and checking all cases is what stands between the start of a run and its first call.
func BenchmarkScan1000Cases(b *testing.B) {
	s := many(b, 1000)
	for b.Loop() {
		if _, err := s.Scan(nil); err != nil {
			b.Fatal(err)
		}
	}
}
