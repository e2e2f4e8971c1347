package score

import "fmt"

// threshold is the option of scorers whose value passes from some height on.
type threshold struct {
	Threshold float64 `yaml:"threshold" json:"threshold"`
}

func (t threshold) check() error {
	if !(t.Threshold >= 0 && t.Threshold <= 1) {
		return badOption("threshold", "want a number from 0 to 1")
	}
	return nil
}

// judged makes an Outcome of a value. why tells what came to it, also of one that passes.
func (t threshold) judged(value float64, why string) Outcome {
	o := Outcome{Value: value, Pass: value >= t.Threshold, Why: why}
	if !o.Pass {
		o.Why = fmt.Sprintf("%.3f is below %g", value, t.Threshold)
		if why != "" {
			o.Why += ": " + why
		}
	}
	return o
}
