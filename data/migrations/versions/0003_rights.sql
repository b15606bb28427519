-- Who sees what. One rule stands here, and every door answers by it: a household is seen by whom
-- its unit is entrusted to today. The service takes on one of these roles in each transaction:
--   wangge_figures   counts everybody, can name nobody: columns that identify are not granted
--   wangge_people    names those of the account's own units: row-level security
--   wangge_admin     accounts, keys, roster, audit; no resident
--   wangge_gate      log-in and sessions

CREATE FUNCTION wangge_today() RETURNS date LANGUAGE sql STABLE AS $$
    SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date
$$;

CREATE FUNCTION current_account() RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT nullif(current_setting('wangge.account', true), '')::integer
$$;

CREATE FUNCTION is_manager() RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM accounts a WHERE a.id = current_account()
        AND a.disabled_at IS NULL AND a.role IN ('community_manager', 'township_manager'))
$$;

CREATE INDEX units_code_pattern_idx ON units (code text_pattern_ops);

-- Units entrusted to the account of this transaction, those below them included. Every statement
-- about people asks for them, some several times: worked out once in a transaction, for the account
-- that it is then for. Whoever could set that answer could set the account as well.
CREATE FUNCTION scope_units() RETURNS integer[] LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    account text := coalesce(current_setting('wangge.account', true), '');
    known text := current_setting('wangge.scope', true);
    found integer[];
BEGIN
    IF starts_with(known, account || '{') THEN
        RETURN substr(known, length(account) + 1)::integer[];
    END IF;
    SELECT coalesce(array_agg(DISTINCT u.id), '{}') INTO found
    FROM accounts a
    JOIN account_scopes s ON s.account_id = a.id AND s.valid @> wangge_today()
    JOIN units u ON u.code ~>=~ s.unit_code AND u.code ~<~ (s.unit_code || ':')
    WHERE a.id = current_account()
      AND a.disabled_at IS NULL
      AND a.role IN ('grid_worker', 'community_manager', 'township_manager');
    PERFORM set_config('wangge.scope', account || found::text, true);
    RETURN found;
END $$;

GRANT USAGE ON SCHEMA public TO wangge_figures, wangge_people, wangge_admin, wangge_gate;
REVOKE ALL ON FUNCTION scope_units() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION scope_units() TO wangge_figures, wangge_people, wangge_admin;
GRANT EXECUTE ON FUNCTION audit_append(text, text, text, jsonb)
    TO wangge_figures, wangge_people, wangge_admin, wangge_gate;

-- What is about places, not people.
GRANT SELECT ON units, unit_versions, facilities, facility_assignments, networks, network_edges,
    network_arrays, backdrop, import_runs, job_progress, procrastinate_jobs, data_versions,
    alembic_version TO wangge_figures, wangge_people, wangge_admin;
GRANT SELECT ON alembic_version TO wangge_gate;

-- Figures: who lives where and how old, not who they are.
GRANT SELECT (id, geom) ON households TO wangge_figures;
GRANT SELECT (id, household_id, sex, birth_date, lives_alone, disability_type, disability_grade,
    tags, left_on, left_reason) ON residents TO wangge_figures;
GRANT SELECT ON household_assignments, household_attachments TO wangge_figures;
GRANT SELECT (id, name, display_name, role) ON accounts TO wangge_figures;

-- People: all of a household, of one's own units.
GRANT SELECT ON households, residents, household_assignments, household_attachments, visits, notes,
    changes, assistance, address_forms TO wangge_people;
GRANT INSERT ON visits, notes, changes, assistance TO wangge_people;
GRANT UPDATE (state, decided_by, decided_at, reason) ON changes TO wangge_people;
GRANT UPDATE (valid, reason) ON assistance TO wangge_people;
GRANT SELECT (id, name, display_name, role, disabled_at) ON accounts TO wangge_people;
GRANT SELECT ON account_scopes, grid_workers, trainings TO wangge_people;

-- Administration.
GRANT SELECT, INSERT, UPDATE, DELETE ON account_scopes, api_keys, grid_workers, trainings, sessions
    TO wangge_admin;
GRANT SELECT, INSERT, UPDATE ON accounts TO wangge_admin;
GRANT SELECT ON audit_log, login_attempts TO wangge_admin;
GRANT DELETE ON login_attempts TO wangge_admin;

-- The gate.
GRANT SELECT ON accounts, account_scopes, api_keys TO wangge_gate;
GRANT UPDATE (password_hash, must_change_password, last_login_at, oidc_subject)
    ON accounts TO wangge_gate;
GRANT UPDATE (last_used_at) ON api_keys TO wangge_gate;
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions, login_attempts TO wangge_gate;

ALTER TABLE household_assignments ENABLE ROW LEVEL SECURITY;
ALTER TABLE household_attachments ENABLE ROW LEVEL SECURITY;
ALTER TABLE households ENABLE ROW LEVEL SECURITY;
ALTER TABLE residents ENABLE ROW LEVEL SECURITY;
ALTER TABLE visits ENABLE ROW LEVEL SECURITY;
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE assistance ENABLE ROW LEVEL SECURITY;

CREATE POLICY figures ON household_assignments FOR SELECT TO wangge_figures USING (true);
CREATE POLICY figures ON household_attachments FOR SELECT TO wangge_figures USING (true);
CREATE POLICY figures ON households FOR SELECT TO wangge_figures USING (true);
CREATE POLICY figures ON residents FOR SELECT TO wangge_figures USING (true);

-- The rule. Every other policy asks whether there is an assignment that this one lets through.
CREATE POLICY people ON household_assignments FOR SELECT TO wangge_people
    USING (unit_id = ANY ((SELECT scope_units())::integer[]));

-- Asked home by home (OFFSET 0): whoever looks for the nearest fifty shall not wait until a list
-- of all that are theirs is made, which is what the planner would prefer.
CREATE POLICY people ON households FOR SELECT TO wangge_people USING (EXISTS (
    SELECT FROM household_assignments a WHERE a.household_id = households.id
    AND a.valid_from <= (SELECT wangge_today()) AND a.valid_to > (SELECT wangge_today())
    OFFSET 0));
CREATE POLICY people ON household_attachments FOR SELECT TO wangge_people USING (EXISTS (
    SELECT FROM household_assignments a WHERE a.household_id = household_attachments.household_id
    AND a.valid_from <= (SELECT wangge_today()) AND a.valid_to > (SELECT wangge_today())));
CREATE POLICY people ON residents FOR SELECT TO wangge_people USING (EXISTS (
    SELECT FROM household_assignments a WHERE a.household_id = residents.household_id
    AND a.valid_from <= (SELECT wangge_today()) AND a.valid_to > (SELECT wangge_today())));

CREATE POLICY people ON visits FOR SELECT TO wangge_people USING (EXISTS (
    SELECT FROM households h WHERE h.id = visits.household_id));
CREATE POLICY write ON visits FOR INSERT TO wangge_people WITH CHECK (
    account_id = (SELECT current_account())
    AND EXISTS (SELECT FROM households h WHERE h.id = visits.household_id)
    AND (resident_id IS NULL OR EXISTS (SELECT FROM residents r
        WHERE r.id = visits.resident_id AND r.household_id = visits.household_id)));
CREATE POLICY people ON notes FOR SELECT TO wangge_people USING (EXISTS (
    SELECT FROM households h WHERE h.id = notes.household_id));
CREATE POLICY write ON notes FOR INSERT TO wangge_people WITH CHECK (
    account_id = (SELECT current_account())
    AND EXISTS (SELECT FROM households h WHERE h.id = notes.household_id));
CREATE POLICY people ON changes FOR SELECT TO wangge_people USING (EXISTS (
    SELECT FROM households h WHERE h.id = changes.household_id));
CREATE POLICY write ON changes FOR INSERT TO wangge_people WITH CHECK (
    account_id = (SELECT current_account())
    AND EXISTS (SELECT FROM households h WHERE h.id = changes.household_id)
    AND (resident_id IS NULL OR EXISTS (SELECT FROM residents r
        WHERE r.id = changes.resident_id AND r.household_id = changes.household_id)));
-- Four eyes: a manager decides on what somebody else made; who made it may take it back.
CREATE POLICY decide ON changes FOR UPDATE TO wangge_people
    USING (state = 'waiting'
        AND EXISTS (SELECT FROM households h WHERE h.id = changes.household_id)
        AND ((SELECT is_manager()) OR account_id = (SELECT current_account())))
    WITH CHECK (CASE WHEN account_id = (SELECT current_account()) THEN state = 'withdrawn'
        ELSE (SELECT is_manager()) AND state IN ('approved', 'returned')
            AND decided_by = (SELECT current_account()) END);
CREATE POLICY people ON assistance FOR SELECT TO wangge_people USING (EXISTS (
    SELECT FROM residents r WHERE r.id = assistance.resident_id));
-- Managers grant and end assistance.
CREATE POLICY write ON assistance FOR INSERT TO wangge_people WITH CHECK (
    (SELECT is_manager()) AND account_id = (SELECT current_account())
    AND EXISTS (SELECT FROM residents r WHERE r.id = assistance.resident_id));
CREATE POLICY write_update ON assistance FOR UPDATE TO wangge_people USING (
    (SELECT is_manager())
    AND EXISTS (SELECT FROM residents r WHERE r.id = assistance.resident_id));

-- The roster: administrators see all of it, staff those who work in their units, and themselves.
ALTER TABLE grid_workers ENABLE ROW LEVEL SECURITY;
ALTER TABLE trainings ENABLE ROW LEVEL SECURITY;
CREATE POLICY admin ON grid_workers TO wangge_admin USING (true) WITH CHECK (true);
CREATE POLICY admin ON trainings TO wangge_admin USING (true) WITH CHECK (true);
CREATE POLICY people ON grid_workers FOR SELECT TO wangge_people USING (
    account_id = (SELECT current_account())
    OR EXISTS (SELECT FROM account_scopes s JOIN units u ON u.code = s.unit_code
        WHERE s.account_id = grid_workers.account_id
        AND u.id = ANY ((SELECT scope_units())::integer[])));
CREATE POLICY people ON trainings FOR SELECT TO wangge_people USING (EXISTS (
    SELECT FROM grid_workers w WHERE w.account_id = trainings.account_id));
