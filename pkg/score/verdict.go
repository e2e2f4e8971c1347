package score

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// readVerdict reads a judge's answer: one JSON object, alone or in a Markdown code fence. Anything else is
// an error, and the sample unscored.
func readVerdict(r *llm.Response, into any) error {
	if err := whole(r); err != nil {
		return err
	}
	text := r.Text()
	dec := json.NewDecoder(strings.NewReader(unfence(text)))
	if !strings.HasPrefix(unfence(text), "{") || dec.Decode(into) != nil {
		return errors.New("the verdict is not the JSON that was asked for: " + quote(text))
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("the verdict is more than one JSON object: " + quote(text))
	}
	return nil
}

// whole refuses an answer that was cut off or filtered.
func whole(r *llm.Response) error {
	switch {
	case r == nil:
		return errors.New("the judge gave no answer")
	case r.FinishReason == llm.FinishLength:
		return errors.New("the judge's answer was cut off at its limit of tokens")
	case r.FinishReason == llm.FinishContentFilter:
		return errors.New("the judge refused to answer")
	}
	return nil
}

// choice is a verdict that is one word of a menu.
type choice struct {
	word   string
	reason string
}

// readChoice reads a verdict whose field key holds one of the menu's words, of any case. A judge that answers in
// plain text is understood where it ends in "GRADE: WORD", the form of many published judge prompts.
func readChoice(r *llm.Response, key string, menu []string) (choice, error) {
	var fields map[string]any
	if err := readVerdict(r, &fields); err != nil {
		if whole(r) == nil {
			if word, ok := grade(r.Text(), menu); ok {
				return choice{word, ""}, nil
			}
		}
		return choice{}, err
	}
	said, ok := fields[key].(string)
	if !ok {
		return choice{}, errors.New("the verdict has no " + key)
	}
	i := slices.IndexFunc(menu, func(w string) bool { return fold(plain(w)).equal(fold(plain(said))) })
	if i < 0 {
		return choice{}, errors.New("the verdict's " + key + " is " + quote(said) + ", not one of " + strings.Join(menu, ", "))
	}
	return choice{menu[i], reason(fields)}, nil
}

// grade finds the last "GRADE: X" of a text, where X begins with a letter of the menu or with one of its words, the
// longest that fits. A letter that is not on the menu is no grade, even when an earlier one was. Nor is one that does not
// begin its line: it may be a quotation of the answer that is judged, which can hold a grade of its own making.
func grade(text string, menu []string) (string, bool) {
	const word = "GRADE:"
	upper := strings.ToUpper(text)
	i := strings.LastIndex(upper, word)
	for i > 0 && 'A' <= upper[i-1] && upper[i-1] <= 'Z' { // a downgrade: is none
		i = strings.LastIndex(upper[:i], word)
	}
	if i < 0 || len(upper) != len(text) {
		return "", false
	}
	if line := strings.LastIndexByte(text[:i], '\n') + 1; strings.Trim(text[line:i], " \t*_#`") != "" {
		return "", false
	}
	said, found := words(text[i+len(word):]), ""
	for _, w := range menu {
		form := words(w)
		begins := fold(said).hasPrefix(fold(form)) && (len(form) == 1 || fold(said+" ").hasPrefix(fold(form+" ")))
		if begins && len(w) > len(found) {
			found = w
		}
	}
	return found, found != ""
}

// reason is the judge's, in one line.
func reason(fields map[string]any) string {
	text, _ := fields["reason"].(string)
	return oneLine(text)
}

const maxReason = 300 // characters

func oneLine(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > maxReason {
		text = string(r[:maxReason]) + "…"
	}
	return text
}
