package wire

import (
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

// kindOf sorts a failure: by a word that leaves no doubt, else by the status, else by a general word.
// A failure inside a stream has the status 200 or none. The last result is false when nothing was known
// about it.
func kindOf(status int, r report) (llm.ErrorKind, bool) {
	for _, w := range r.words {
		if kind, ok := exactWord(w); ok {
			return kind, true
		}
	}
	if kind, ok := exactMessage(r.message); ok {
		return kind, true
	}
	if status < 300 {
		status = r.status
	}
	if kind, ok := kindOfStatus(status); ok {
		return kind, true
	}
	for _, w := range r.words {
		if kind, ok := generalWord(w); ok {
			return kind, true
		}
	}
	return llm.KindServer, false
}

// exactWord knows the codes that say more than any status.
func exactWord(w string) (llm.ErrorKind, bool) {
	switch w {
	case "insufficient_quota", "credit_balance_exhausted", "billing_hard_limit_reached", "billing_not_active",
		"billing_error", "insufficient_balance", "insufficient_credits", "insufficient_funds", "payment_required",
		"access_terminated", "arrearage", "exceeded_current_quota_error", "out_of_credits":
		return llm.KindQuota, true
	case "context_length_exceeded", "context_window_exceeded", "string_above_max_length", "exceed_context_size_error",
		"model_context_window_exceeded":
		return llm.KindContextWindow, true
	case "content_filter", "content_policy_violation", "responsibleaipolicyviolation", "moderation_blocked",
		"data_inspection_failed", "content_filtered", "moderation":
		return llm.KindContentFilter, true
	case "invalid_api_key", "api_key_invalid", "authentication_error", "unauthenticated", "permission_error",
		"permission_denied", "account_deactivated", "expired_api_key":
		return llm.KindAuth, true
	case "overloaded_error", "overloaded", "engine_overloaded", "server_overloaded", "slow_down", "unavailable":
		return llm.KindOverloaded, true
	case "model_not_found", "model_not_available", "deploymentnotfound":
		return llm.KindNotFound, true
	}
	if strings.HasSuffix(w, "_spend_limit_exceeded") || strings.HasPrefix(w, "billing_") {
		return llm.KindQuota, true
	}
	return "", false
}

// exactMessage knows the sentences of servers that give such failures a general code.
func exactMessage(message string) (llm.ErrorKind, bool) {
	m := strings.ToLower(message[:min(len(message), 2000)])
	for _, c := range []struct {
		part string
		kind llm.ErrorKind
	}{
		{"credit balance is too low", llm.KindQuota},
		{"insufficient balance", llm.KindQuota},
		{"spend limit", llm.KindQuota},
		{"prompt is too long", llm.KindContextWindow},
		{"maximum context length", llm.KindContextWindow},
		{"exceeds the maximum number of tokens", llm.KindContextWindow}, // Gemini
		{"exceeds the available context size", llm.KindContextWindow},   // llama.cpp
		{"exceed context limit", llm.KindContextWindow},                 // Anthropic, with max_tokens
		{"blocked by content filtering policy", llm.KindContentFilter},  // Anthropic
		{"api key not valid", llm.KindAuth},                             // Gemini, with status 400
	} {
		if strings.Contains(m, c.part) {
			return c.kind, true
		}
	}
	return "", false
}

func kindOfStatus(status int) (llm.ErrorKind, bool) {
	switch status {
	case 401, 403, 407:
		return llm.KindAuth, true
	case 402:
		return llm.KindQuota, true
	case 404, 410:
		return llm.KindNotFound, true
	case 408, 409:
		return llm.KindConflict, true
	case 424: // Hugging Face's text generation failed
		return llm.KindServer, true
	case 429:
		return llm.KindRateLimit, true
	case 529:
		return llm.KindOverloaded, true
	}
	switch {
	case status >= 500:
		return llm.KindServer, true
	case status >= 400:
		return llm.KindInvalid, true
	}
	return "", false
}

// generalWord knows the words that only matter where no status says more.
func generalWord(w string) (llm.ErrorKind, bool) {
	switch w {
	case "server_error", "internal_error", "internal_server_error", "api_error", "internal", "service_unavailable",
		"engine_error", "deadline_exceeded", "bad_gateway", "generation", "upstream_error", "server":
		return llm.KindServer, true
	case "timeout_error", "timeout", "aborted", "request_timeout":
		return llm.KindConflict, true
	case "rate_limit_error", "rate_limit_exceeded", "rate_limit", "resource_exhausted", "too_many_requests", "tokens", "requests":
		return llm.KindRateLimit, true
	case "not_found_error", "not_found":
		return llm.KindNotFound, true
	case "invalid_request_error", "invalid_request", "invalid_argument", "request_too_large", "failed_precondition",
		"out_of_range", "badrequesterror", "validation":
		return llm.KindInvalid, true
	}
	return "", false
}
