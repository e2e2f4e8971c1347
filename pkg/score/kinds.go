package score

import (
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/metric"
)

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
		of("label", oneLabel{Field: "expected_intent"}, newLabel),    // the answer is the expected label
		of("length", length{Unit: "characters"}, newLength),          // the answer is neither too short nor too long
		of("refusal", refusal{}, newRefusal),                         // the answer refuses where it should, and only there
		of("levenshtein", levenshtein{Threshold: 1}, newLevenshtein), // how near the answer is to an expected one

		of("token_f1", tokenF1{}, newTokenF1), // words shared with an expected answer, as SQuAD counts
		of("bleu", bleu{Tokenize: "13a", Smooth: "exp", MaxOrder: 4, Effective: true}, newBLEU),
		of("rouge1", rouge{Measure: "fmeasure"}, newRouge("rouge1")), // single words shared
		of("rouge2", rouge{Measure: "fmeasure"}, newRouge("rouge2")), // pairs of words shared
		of("rougeL", rouge{Measure: "fmeasure"}, newRouge("rougeL")), // the longest common subsequence
		of("rougeLsum", rouge{Measure: "fmeasure"}, newRouge("rougeLsum")),

		of("json_valid", jsonValid{}, newJSONValid),                              // the answer is JSON
		of("json_schema", jsonSchema{}, newJSONSchema),                           // the answer fits a JSON Schema
		of("json_path", jsonPath{}, newJSONPath),                                 // what a path finds in the answer
		of("tool_call", toolCall{Arguments: "exact", Order: "any"}, newToolCall), // the tools called are the expected ones

		of("recall_at_k", retrieval{Gain: "linear"}, newRetrieval("recall", metric.RecallAtK)),
		of("precision_at_k", retrieval{Gain: "linear"}, newRetrieval("precision", metric.PrecisionAtK)),
		of("hit_rate", retrieval{Gain: "linear"}, newRetrieval("hit rate", hitRate)),
		of("mrr", retrieval{Gain: "linear"}, newRetrieval("reciprocal rank", metric.ReciprocalRank)),
		of("map", retrieval{Gain: "linear"}, newRetrieval("average precision", metric.AveragePrecision)),
		of("ndcg", retrieval{Gain: "linear"}, newRetrieval("ndcg", metric.NDCG)),

		of("latency", latency{Of: "total"}, newLatency), // milliseconds
		of("cost", cost{}, newCost),                     // dollars
		of("tokens", tokens{Of: "total"}, newTokens),

		of("all_of", compose{}, newAllOf),               // all of several scorers pass
		of("any_of", compose{}, newAnyOf),               // one of them does
		of("weighted", compose{}, newWeighted),          // their weighted mean
		of("expr", expression{}, newExpression),         // an expression over the answer and the metrics before it
		of("exec", command{Timeout: "10s"}, newCommand), // a program of the suite's own

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
