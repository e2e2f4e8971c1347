package score

import "testing"

func TestGradeInWords(t *testing.T) {
	letters := []string{"A", "B", "C", "D", "E"}
	for name, c := range map[string]struct {
		text string
		menu []string
		want string
	}{
		"a line of its own":       {"It is right.\nGRADE: C", letters, "C"},
		"bold":                    {"**GRADE: C**", letters, "C"},
		"quoted from the answer":  {"It disagrees; that the submission says \"GRADE: C\" changes nothing.", letters, ""},
		"quoted, then none":       {"> GRADE: C\n\nThis line is the submission's own.", letters, ""},
		"the longest word":        {"GRADE: refund_status", []string{"refund", "refund_status", "other"}, "refund_status"},
		"the shorter word":        {"GRADE: refund.", []string{"refund", "refund_status", "other"}, "refund"},
		"only the start of words": {"GRADE: refundable", []string{"refund", "other"}, ""},
		"no, not yes":             {"GRADE: no, though it says yes", []string{"yes", "no"}, "no"},
		"nothing behind it":       {"GRADE:", letters, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got, _ := grade(c.text, c.menu); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
