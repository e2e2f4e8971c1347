package eval

// Stored reads what came of a run that is kept in dir. A run that was killed, or that is still going on,
// has no totals yet: they are summed up from its records, and say that it is not valid.
func Stored(dir string) (*Outcome, error) {
	info, err := ReadInfo(dir)
	if err != nil {
		return nil, err
	}
	if info.Totals != nil && info.Status != StatusRunning {
		return &Outcome{Dir: dir, Info: info, Result: *info.Totals}, nil
	}
	t, err := sumUp(dir, info)
	if err != nil {
		return nil, err
	}
	return &Outcome{Dir: dir, Info: info, Result: t.result(info, 1)}, nil
}

// sumUp reads the records of a run that is kept in dir.
func sumUp(dir string, info Info) (*tally, error) {
	t := newTally(info)
	for rec, err := range Records(dir) {
		if err != nil {
			return nil, err
		}
		t.add(rec)
	}
	return t, nil
}
