package replay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/llmops-toolkit/llmops/pkg/llm"
)

func wants(key string, v []byte, first byte, what string) error {
	if v[0] != first {
		return fmt.Errorf("%s must be %s", key, what)
	}
	return nil
}

func wantsBool(key string, v []byte) error {
	if v[0] != 't' && v[0] != 'f' {
		return fmt.Errorf("%s must be true or false", key)
	}
	return nil
}

func readText(key string, v []byte) (string, error) {
	if err := wants(key, v, '"', "a text"); err != nil {
		return "", err
	}
	if bytes.IndexByte(v, '\\') < 0 {
		return string(v[1 : len(v)-1]), nil
	}
	var s string
	err := json.Unmarshal(v, &s)
	return s, err
}

func readHash(v []byte) (string, error) {
	s, err := readText("request", v)
	if err == nil && (len(s) != 64 || strings.Trim(s, "0123456789abcdefABCDEF") != "") {
		err = errors.New("request must be a sha256 in 64 hexadecimal digits")
	}
	return strings.ToLower(s), err
}

func readCount(key string, v []byte) (int, error) {
	n, err := strconv.ParseUint(string(v), 10, 31)
	if err != nil {
		return 0, fmt.Errorf("%s must be a whole number from 0", key)
	}
	return int(n), nil
}

// readMilliseconds keeps nanoseconds: a float64 holds them exactly for three months.
func readMilliseconds(key string, v []byte) (time.Duration, error) {
	f, err := strconv.ParseFloat(string(v), 64)
	if err != nil || f < 0 || f > 1e12 {
		return 0, fmt.Errorf("%s must be a number of milliseconds, not negative", key)
	}
	return time.Duration(math.Round(f * 1e6)), nil
}

func readUsage(v []byte) (*llm.Usage, error) {
	u := new(llm.Usage)
	if err := json.Unmarshal(v, u); err != nil {
		if strings.HasPrefix(err.Error(), "usage ") {
			return nil, err
		}
		return nil, errors.New("usage needs input_tokens and output_tokens as whole numbers")
	}
	return u, nil
}

func readFailure(v []byte) (*failure, error) {
	f := new(failure)
	if err := json.Unmarshal(v, f); err != nil || f.Kind == "" {
		return nil, errors.New("error needs a kind, and may have a message, provider, code (texts) and status (a number)")
	}
	return f, nil
}
