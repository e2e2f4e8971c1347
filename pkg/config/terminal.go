package config

// Terminal is what the environment says about how to print.
type Terminal struct {
	NoColor    bool // NO_COLOR has a value, of whatever kind (no-color.org)
	ForceColor bool // CLICOLOR_FORCE is set to something other than 0 (bixense.com/clicolors)
	Dumb       bool // TERM=dumb
	Columns    int  // COLUMNS, 0 when it is not a number above zero
	Display    bool // DISPLAY or WAYLAND_DISPLAY is set: programs with windows can show them
}

// TerminalFrom reads NO_COLOR, CLICOLOR_FORCE, TERM, COLUMNS, DISPLAY and WAYLAND_DISPLAY from an environment of NAME=value.
func TerminalFrom(environ []string) Terminal {
	e := newEnvironment(environ)
	force := e.process["CLICOLOR_FORCE"]
	t := Terminal{
		NoColor:    e.process["NO_COLOR"] != "",
		ForceColor: force != "" && force != "0",
		Dumb:       e.process["TERM"] == "dumb",
		Display:    e.process["DISPLAY"] != "" || e.process["WAYLAND_DISPLAY"] != "",
	}
	for _, r := range e.process["COLUMNS"] {
		if r < '0' || r > '9' || t.Columns > 10_000 {
			t.Columns = 0
			break
		}
		t.Columns = t.Columns*10 + int(r-'0')
	}
	return t
}
