package ledger

// packedTables is the fourth migration: every row of sums keeps its numbers in one text, as packedSums has them, and there
// are more tables that tell fewer things apart. Of a thousand tenants with twenty models and ten versions of a prompt
// nearly all calls of a month differ in one of them, so that the sums of months are hardly fewer than the calls.
const packedTables = `
CREATE TABLE new_hours (hour INTEGER NOT NULL, ` + wholeKey + `, sums TEXT NOT NULL,
	PRIMARY KEY (hour, tenant, project, source, model, prompt, version, experiment, run_id)) WITHOUT ROWID;
INSERT INTO new_hours SELECT hour, tenant, project, source, model, prompt, version, experiment, run_id, ` + packedSums + ` FROM call_hours;
DROP TABLE call_hours;
ALTER TABLE new_hours RENAME TO call_hours;

CREATE TABLE new_all_hours (hour INTEGER NOT NULL, ` + keyOfAll + `, sums TEXT NOT NULL,
	PRIMARY KEY (hour, project, source, model, prompt, version, experiment)) WITHOUT ROWID;
INSERT INTO new_all_hours SELECT hour, project, source, model, prompt, version, experiment, ` + packedSums + ` FROM all_hours;

-- All tenants and runs together, and all prompts or all models.
CREATE TABLE model_hours (hour INTEGER NOT NULL, project TEXT NOT NULL, source TEXT NOT NULL, model TEXT NOT NULL, sums TEXT NOT NULL,
	PRIMARY KEY (hour, project, source, model)) WITHOUT ROWID;
INSERT INTO model_hours SELECT hour, project, source, model, ` + packedUp + `
FROM all_hours GROUP BY 1, 2, 3, 4;
CREATE TABLE prompt_hours (hour INTEGER NOT NULL, project TEXT NOT NULL, source TEXT NOT NULL,
	prompt TEXT NOT NULL, version TEXT NOT NULL, experiment TEXT NOT NULL, sums TEXT NOT NULL,
	PRIMARY KEY (hour, project, source, prompt, version, experiment)) WITHOUT ROWID;
INSERT INTO prompt_hours SELECT hour, project, source, prompt, version, experiment, ` + packedUp + `
FROM all_hours GROUP BY 1, 2, 3, 4, 5, 6;
DROP TABLE all_hours;
ALTER TABLE new_all_hours RENAME TO all_hours;

CREATE TABLE new_all_days (day INTEGER NOT NULL, ` + keyOfAll + `, sums TEXT NOT NULL,
	PRIMARY KEY (day, project, source, model, prompt, version, experiment)) WITHOUT ROWID;
INSERT INTO new_all_days SELECT day, project, source, model, prompt, version, experiment, ` + packedSums + ` FROM all_days;

CREATE TABLE model_days (day INTEGER NOT NULL, project TEXT NOT NULL, source TEXT NOT NULL, model TEXT NOT NULL, sums TEXT NOT NULL,
	PRIMARY KEY (day, project, source, model)) WITHOUT ROWID;
INSERT INTO model_days SELECT day, project, source, model, ` + packedUp + `
FROM all_days GROUP BY 1, 2, 3, 4;
DROP TABLE all_days;
ALTER TABLE new_all_days RENAME TO all_days;

CREATE TABLE new_days (day INTEGER NOT NULL, ` + wholeKey + `, sums TEXT NOT NULL,
	PRIMARY KEY (tenant, day, project, source, model, prompt, version, experiment, run_id)) WITHOUT ROWID;
INSERT INTO new_days SELECT day, tenant, project, source, model, prompt, version, experiment, run_id, ` + packedSums + `
FROM call_days ORDER BY tenant, day, project, source, model, prompt, version, experiment, run_id;

CREATE TABLE tenant_days (day INTEGER NOT NULL, tenant TEXT NOT NULL, project TEXT NOT NULL, source TEXT NOT NULL, sums TEXT NOT NULL,
	PRIMARY KEY (tenant, day, project, source)) WITHOUT ROWID;
INSERT INTO tenant_days SELECT day, tenant, project, source, ` + packedUp + `
FROM call_days GROUP BY tenant, day, project, source;
DROP TABLE call_days;
ALTER TABLE new_days RENAME TO call_days;

CREATE TABLE new_months (month INTEGER NOT NULL, ` + wholeKey + `, sums TEXT NOT NULL,
	PRIMARY KEY (tenant, model, month, project, source, prompt, version, experiment, run_id)) WITHOUT ROWID;
INSERT INTO new_months SELECT month, tenant, project, source, model, prompt, version, experiment, run_id, ` + packedSums + `
FROM call_months ORDER BY tenant, model, month, project, source, prompt, version, experiment, run_id;

CREATE TABLE tenant_models (month INTEGER NOT NULL, tenant TEXT NOT NULL, project TEXT NOT NULL, source TEXT NOT NULL,
	model TEXT NOT NULL, sums TEXT NOT NULL, PRIMARY KEY (tenant, model, month, project, source)) WITHOUT ROWID;
INSERT INTO tenant_models SELECT month, tenant, project, source, model, ` + packedUp + `
FROM call_months GROUP BY tenant, model, month, project, source;

CREATE TABLE tenant_months (month INTEGER NOT NULL, tenant TEXT NOT NULL, project TEXT NOT NULL, source TEXT NOT NULL,
	sums TEXT NOT NULL, PRIMARY KEY (tenant, month, project, source)) WITHOUT ROWID;
INSERT INTO tenant_months SELECT month, tenant, project, source, ` + packedUp + `
FROM call_months GROUP BY tenant, month, project, source;

CREATE TABLE tenant_prompts (month INTEGER NOT NULL, tenant TEXT NOT NULL, project TEXT NOT NULL, source TEXT NOT NULL,
	prompt TEXT NOT NULL, version TEXT NOT NULL, experiment TEXT NOT NULL, sums TEXT NOT NULL,
	PRIMARY KEY (tenant, month, project, source, prompt, version, experiment)) WITHOUT ROWID;
INSERT INTO tenant_prompts SELECT month, tenant, project, source, prompt, version, experiment, ` + packedUp + `
FROM call_months GROUP BY tenant, month, project, source, prompt, version, experiment;
DROP TABLE call_months;
ALTER TABLE new_months RENAME TO call_months;
`

const (
	wholeKey = `tenant TEXT NOT NULL, ` + keyOfAll + `, run_id TEXT NOT NULL`
	keyOfAll = `project TEXT NOT NULL, source TEXT NOT NULL, model TEXT NOT NULL,
	prompt TEXT NOT NULL, version TEXT NOT NULL, experiment TEXT NOT NULL`
)
