package cli

// hinted is an error with advice. By itself it is no mistake in what the user wrote.
type hinted struct {
	error
	advice string
}

// Hint says what to do.
func (h *hinted) Hint() string { return h.advice }

// Unwrap gives the error without the advice.
func (h *hinted) Unwrap() error { return h.error }
