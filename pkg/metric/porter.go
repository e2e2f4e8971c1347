package metric

import "strings"

// PorterStem takes the endings off an English word in lower case. It is the algorithm of Porter 1980 with
// the changes of NLTK's PorterStemmer in its default mode, which is what rouge_score uses: some irregular
// words, ies and ied of short words, and bli, alli, fulli and logi in step 2.
func PorterStem(word string) string {
	if stem := irregular(word); stem != "" {
		return stem
	}
	if len(word) <= 2 {
		return word
	}
	word = porterPlural(word)
	word = porterPast(word)
	if stem, ok := strings.CutSuffix(word, "y"); ok && len(stem) > 1 && consonant(stem, len(stem)-1) {
		word = stem + "i"
	}
	word = porterDouble(word)
	word = porterSuffix(word)
	word = porterLast(word)
	return porterTidy(word)
}

func irregular(word string) string {
	switch word {
	case "sky", "skies":
		return "sky"
	case "dying":
		return "die"
	case "lying":
		return "lie"
	case "tying":
		return "tie"
	case "innings", "inning":
		return "inning"
	case "outings", "outing":
		return "outing"
	case "cannings", "canning":
		return "canning"
	case "news", "howe", "proceed", "exceed", "succeed":
		return word
	}
	return ""
}

// replaceEnding goes through pairs of an ending and what replaces it, where the stem before it allows (nil
// means always). The first ending that the word has decides, also where the stem does not allow.
func replaceEnding(word string, allowed func(stem string) bool, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		if stem, ok := strings.CutSuffix(word, pairs[i]); ok {
			if allowed == nil || allowed(stem) {
				return stem + pairs[i+1]
			}
			return word
		}
	}
	return word
}

// porterPlural is step 1a.
func porterPlural(word string) string {
	if len(word) == 4 && strings.HasSuffix(word, "ies") {
		return word[:3]
	}
	return replaceEnding(word, nil, "sses", "ss", "ies", "i", "ss", "ss", "s", "")
}

// porterPast is step 1b.
func porterPast(word string) string {
	if stem, ok := strings.CutSuffix(word, "ied"); ok {
		if len(word) == 4 {
			return stem + "ie"
		}
		return stem + "i"
	}
	if strings.HasSuffix(word, "eed") {
		return replaceEnding(word, measured, "eed", "ee")
	}
	stem, ok := strings.CutSuffix(word, "ed")
	if !ok || !hasVowel(stem) {
		if stem, ok = strings.CutSuffix(word, "ing"); !ok || !hasVowel(stem) {
			return word
		}
	}
	switch {
	case strings.HasSuffix(stem, "at"), strings.HasSuffix(stem, "bl"), strings.HasSuffix(stem, "iz"):
		return stem + "e"
	case doubled(stem):
		if strings.HasSuffix(stem, "l") || strings.HasSuffix(stem, "s") || strings.HasSuffix(stem, "z") {
			return stem
		}
		return stem[:len(stem)-1]
	case measure(stem) == 1 && shortEnd(stem):
		return stem + "e"
	}
	return stem
}

// porterDouble is step 2: two endings become one.
func porterDouble(word string) string {
	if stem, ok := strings.CutSuffix(word, "alli"); ok && measured(stem) {
		return porterDouble(stem + "al")
	}
	// The l counts as part of the stem, so that short ones like geo go the way of archaeo.
	if stem, ok := strings.CutSuffix(word, "ogi"); ok && strings.HasSuffix(stem, "l") && measured(stem) {
		return stem + "og"
	}
	return replaceEnding(word, measured,
		"ational", "ate", "tional", "tion", "enci", "ence", "anci", "ance", "izer", "ize", "bli", "ble", "alli", "al",
		"entli", "ent", "eli", "e", "ousli", "ous", "ization", "ize", "ation", "ate", "ator", "ate", "alism", "al",
		"iveness", "ive", "fulness", "ful", "ousness", "ous", "aliti", "al", "iviti", "ive", "biliti", "ble", "fulli", "ful")
}

// porterSuffix is step 3.
func porterSuffix(word string) string {
	return replaceEnding(word, measured,
		"icate", "ic", "ative", "", "alize", "al", "iciti", "ic", "ical", "ic", "ful", "", "ness", "")
}

// porterLast is step 4.
func porterLast(word string) string {
	long := func(stem string) bool { return measure(stem) > 1 }
	if stem, ok := strings.CutSuffix(word, "ion"); ok {
		if long(stem) && (strings.HasSuffix(stem, "s") || strings.HasSuffix(stem, "t")) {
			return stem
		}
		return word
	}
	return replaceEnding(word, long,
		"al", "", "ance", "", "ence", "", "er", "", "ic", "", "able", "", "ible", "", "ant", "", "ement", "", "ment", "",
		"ent", "", "ou", "", "ism", "", "ate", "", "iti", "", "ous", "", "ive", "", "ize", "")
}

// porterTidy is step 5.
func porterTidy(word string) string {
	if stem, ok := strings.CutSuffix(word, "e"); ok {
		if m := measure(stem); m > 1 || m == 1 && !shortEnd(stem) {
			word = stem
		}
	}
	if strings.HasSuffix(word, "ll") && measure(word[:len(word)-1]) > 1 {
		word = word[:len(word)-1]
	}
	return word
}
