package score

import "strings"

// kind is a type of scorer.
type kind struct {
	name    string
	options func() any // a pointer to a struct with the defaults filled in
	make    func(options any) (Scorer, error)
}

// kinds lists all scorers. This is the one place that names them.
func kinds() []kind {
	return []kind{
		of("exact", exact{}, newExact),                               // the whole answer equals an expected one
		of("contains", contains{Mode: "all"}, newContains),           // the answer holds words
		of("not_contains", contains{}, newNotContains),               // the answer holds none of the words
		of("starts_with", startsWith{}, newStartsWith),               // the answer begins with words
		of("regex", regex{Match: true}, newRegex),                    // an RE2 pattern matches the answer or captures an expected one
		of("number", number{Decimal: "."}, newNumber),                // the final number equals the expected one
		of("json_valid", jsonValid{}, newJSONValid),                  // the answer is JSON
		of("length", length{Unit: "characters"}, newLength),          // the answer is neither too short nor too long
		of("levenshtein", levenshtein{Threshold: 1}, newLevenshtein), // how near the answer is to an expected one

		// By models: verdicts of judges, and embeddings.
		of("judge", judge{Mode: "rubric", Min: 1, Max: 5}, newJudge),                                         // a judge grades, checks or compares the answer
		of("intent", labelled{kind: "intent"}, newLabelled),                                                  // the answer has the expected intent
		of("tone", labelled{kind: "tone"}, newLabelled),                                                      // the answer has the expected tone
		of("embedding_similarity", embedding{Threshold: 0.8}, newEmbedding),                                  // the answer means what an expected one does
		of("context_precision", contextPrecision{threshold: threshold{0.5}}, newContextPrecision),            // the useful passages stand first
		of("context_recall", contextRecall{threshold: threshold{0.5}}, newContextRecall),                     // the passages hold what the right answer says
		of("faithfulness", faithfulness{threshold: threshold{0.5}}, newFaithfulness),                         // the passages hold what the answer says
		of("answer_relevance", answerRelevance{threshold: threshold{0.5}, Questions: 3}, newAnswerRelevance), // the answer is one to the question
	}
}

// of makes a kind of an options struct, which is copied for each scorer, and its constructor.
func of[T any](name string, defaults T, newScorer func(T) (Scorer, error)) kind {
	return kind{
		name:    name,
		options: func() any { o := defaults; return &o },
		make:    func(o any) (Scorer, error) { return newScorer(*o.(*T)) },
	}
}

// Types lists the names of the scorer types, in the order of kinds.
func Types() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	return names
}

func typeList() string { return strings.Join(Types(), ", ") }
