package guard_test

import (
	"fmt"
	"strings"

	"github.com/llmops-toolkit/llmops/pkg/guard"
	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func ExampleRedact() {
	text := "Refund TR33 0006 1005 1978 6457 8413 26 and write to ada@example.com."
	fmt.Println(guard.Redact(text, guard.PII(text)...))
	// Output: Refund [redacted:iban] and write to [redacted:email].
}

func ExampleRedactSecrets() {
	key := "AKIA" + strings.Repeat("Q2W3E4R5", 2) // made up here
	fmt.Println(guard.RedactSecrets("AWS_ACCESS_KEY_ID=" + key))
	// Output: AWS_ACCESS_KEY_ID=[redacted:aws-key]
}

func ExampleRedactor() {
	r := guard.NewRedactor(llm.NewSecret("no-known-shape"))
	fmt.Println(r.Redact("the server said: bad key no-known-shape"))
	// Output: the server said: bad key [redacted:key]
}
