-- The audit log: written by one function only, never changed, each line sealed to the one before.

CREATE TABLE audit_log (
    id bigint CONSTRAINT audit_log_pkey PRIMARY KEY,
    at timestamptz NOT NULL,
    caller text NOT NULL,
    account_id integer,
    action text NOT NULL CONSTRAINT audit_log_action_check CHECK (action ~ '^[a-z][a-z_]*$'),
    subject text,
    unit_code text,
    details jsonb NOT NULL,
    hash bytea NOT NULL
);
CREATE INDEX audit_log_at_idx ON audit_log (at);
CREATE INDEX audit_log_subject_idx ON audit_log (subject) WHERE subject IS NOT NULL;
CREATE INDEX audit_log_caller_idx ON audit_log (caller);
COMMENT ON TABLE audit_log IS
    'Append-only; hash = SHA-256 of the line before and this line, see audit_hash().';

CREATE FUNCTION audit_hash(previous bytea, line audit_log) RETURNS bytea
LANGUAGE sql STABLE AS $$
    SELECT sha256(previous || convert_to(jsonb_build_array(
        line.id, extract(epoch FROM line.at), line.caller, line.account_id, line.action,
        line.subject, line.unit_code, line.details)::text, 'UTF8'))
$$;

-- One writer at a time, for as long as its transaction lasts: the chain has one order.
CREATE FUNCTION audit_append(action text, subject text, unit_code text, details jsonb)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    last audit_log;
    line audit_log;
BEGIN
    PERFORM pg_advisory_xact_lock(1463897415, 1);
    SELECT * INTO last FROM audit_log ORDER BY id DESC LIMIT 1;
    line.id := coalesce(last.id, 0) + 1;
    line.at := clock_timestamp();
    line.caller := coalesce(nullif(current_setting('wangge.caller', true), ''), session_user);
    line.account_id := nullif(current_setting('wangge.account', true), '')::integer;
    line.action := action;
    line.subject := subject;
    line.unit_code := unit_code;
    line.details := coalesce(details, '{}');
    line.hash := audit_hash(coalesce(last.hash, ''::bytea), line);
    INSERT INTO audit_log SELECT line.*;
    RETURN line.id;
END $$;
REVOKE ALL ON FUNCTION audit_append(text, text, text, jsonb) FROM PUBLIC;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'audit_log_append_only';
END $$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
