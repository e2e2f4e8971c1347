package gemini

import "github.com/llmops-toolkit/llmops/pkg/llm"

// finishReason maps the FinishReason values of the Gemini API.
func finishReason(word string) llm.FinishReason {
	switch word {
	case "STOP":
		return llm.FinishStop
	case "MAX_TOKENS":
		return llm.FinishLength
	case "FUNCTION_CALL": // not Google, whose word for it is STOP, but servers that copy its format
		return llm.FinishToolCalls
	case "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII",
		"IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION":
		return llm.FinishContentFilter
	case "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MALFORMED_RESPONSE",
		"MISSING_THOUGHT_SIGNATURE", "NO_IMAGE", "IMAGE_OTHER", "OTHER":
		return llm.FinishError
	}
	return llm.FinishUnknown
}
