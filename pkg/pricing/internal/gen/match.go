package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// match reads a match rule of the first table into names and patterns. Its rules are prefixes,
// substrings and a few regular expressions; ours are the stricter patterns of package glob.
func (m *model) match(raw json.RawMessage) error {
	var rule map[string]json.RawMessage
	if err := json.Unmarshal(raw, &rule); err != nil {
		return err
	}
	for op, arg := range rule {
		if op == "or" || op == "and" {
			var list []json.RawMessage
			if err := json.Unmarshal(arg, &list); err != nil {
				return err
			}
			for _, sub := range list {
				if err := m.match(sub); err != nil {
					return err
				}
			}
			continue
		}
		var text string
		if err := json.Unmarshal(arg, &text); err != nil {
			return err
		}
		if err := m.term(op, strings.ToLower(text)); err != nil {
			return err
		}
	}
	return nil
}

func (m *model) term(op, text string) error {
	switch op {
	case "equals":
		m.name(text)
	case "starts_with":
		m.pattern(tail(text))
	case "contains", "ends_with":
		m.pattern("*" + tail(text))
	case "regex":
		if strings.HasPrefix(text, "^(?!") {
			return nil // "and no text-to-speech model": the tail of a pattern never is one
		}
		m.pattern(fromRegexp(text))
	default:
		return fmt.Errorf("unknown match rule %q", op)
	}
	return nil
}

func (m *model) name(text string) {
	if text != m.id && !slices.Contains(m.names, text) {
		m.names = append(m.names, text)
	}
}

func (m *model) pattern(text string) {
	if !strings.ContainsAny(text, "*#") {
		m.name(text)
	} else if !slices.Contains(m.patterns, text) {
		m.patterns = append(m.patterns, text)
	}
}

// tail ends a prefix with what may follow it: a prefix cut inside a date or a number is completed with
// digits, all others take a snapshot's tail.
func tail(prefix string) string {
	switch {
	case strings.HasSuffix(prefix, ".ft-"), strings.HasSuffix(prefix, "@"):
		return prefix + "**"
	case regexp.MustCompile(`-20\d\d-$`).MatchString(prefix):
		return prefix + "##-##"
	case regexp.MustCompile(`-20\d\d$`).MatchString(prefix) && !strings.Contains(prefix, "magistral"):
		return prefix + "####"
	case strings.HasSuffix(prefix, "flash-0"):
		return prefix + "##"
	}
	return strings.TrimSuffix(prefix, "-") + "*"
}

// fromRegexp translates the forms that occur: an anchored literal with \d{n} and \d.
func fromRegexp(text string) string {
	text = strings.TrimPrefix(text, "^")
	open := !strings.HasSuffix(text, "$")
	text = strings.TrimSuffix(text, "$")
	text = regexp.MustCompile(`\\d\{(\d)\}`).ReplaceAllStringFunc(text, func(s string) string {
		return strings.Repeat("#", int(s[3]-'0'))
	})
	if open {
		text = strings.TrimSuffix(text, `-\d`) + "*"
	}
	return strings.ReplaceAll(text, `\`, "")
}
