-- What grid staff do: visits, notes, changes to be approved; assistance; people who left.

ALTER TABLE households
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD COLUMN field_versions jsonb NOT NULL DEFAULT '{}';
ALTER TABLE residents
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD COLUMN field_versions jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN left_on date,
    ADD COLUMN left_reason text
        CONSTRAINT residents_left_reason_check CHECK (left_reason IN ('moved', 'died')),
    ADD COLUMN anonymised_at timestamptz,
    ADD CONSTRAINT residents_left_on_check CHECK ((left_on IS NULL) = (left_reason IS NULL)),
    ADD CONSTRAINT residents_anonymised_at_check
        CHECK (anonymised_at IS NULL OR left_on IS NOT NULL);
COMMENT ON COLUMN households.version IS 'Counts changes: what an edit made elsewhere was based on.';
COMMENT ON COLUMN households.field_versions IS
    'The version that last changed each field: what an edit made on an older one would undo.';

CREATE FUNCTION count_household_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.field_versions := OLD.field_versions || coalesce((
        SELECT jsonb_object_agg(field, NEW.version) FROM (VALUES
            ('position', NEW.geom IS DISTINCT FROM OLD.geom),
            ('address', (NEW.address, NEW.building, NEW.entrance, NEW.floor, NEW.room)
                IS DISTINCT FROM (OLD.address, OLD.building, OLD.entrance, OLD.floor, OLD.room))
        ) AS seen (field, changed) WHERE changed), '{}');
    RETURN NEW;
END $$;
CREATE FUNCTION count_resident_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.field_versions := OLD.field_versions || coalesce((
        SELECT jsonb_object_agg(field, NEW.version) FROM (VALUES
            ('household', NEW.household_id <> OLD.household_id),
            ('name', NEW.name <> OLD.name),
            ('sex', NEW.sex IS DISTINCT FROM OLD.sex),
            ('birth_date', NEW.birth_date <> OLD.birth_date),
            ('id_number', NEW.id_number_hash IS DISTINCT FROM OLD.id_number_hash),
            ('phone', NEW.phone_hash IS DISTINCT FROM OLD.phone_hash),
            ('lives_alone', NEW.lives_alone <> OLD.lives_alone),
            ('disability_type', NEW.disability_type IS DISTINCT FROM OLD.disability_type),
            ('disability_grade', NEW.disability_grade IS DISTINCT FROM OLD.disability_grade),
            ('tags', NEW.tags <> OLD.tags),
            ('left', (NEW.left_on, NEW.left_reason) IS DISTINCT FROM (OLD.left_on, OLD.left_reason))
        ) AS seen (field, changed) WHERE changed), '{}');
    RETURN NEW;
END $$;
CREATE TRIGGER households_version BEFORE UPDATE ON households
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION count_household_change();
-- Values that are only sealed anew, under another key, are what they were.
CREATE TRIGGER residents_version BEFORE UPDATE ON residents
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*
        AND current_setting('wangge.resealing', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION count_resident_change();

-- The id of a visit, note or change is made where it was written down, perhaps without network:
-- sent twice, it is there once.
CREATE TABLE visits (
    id uuid CONSTRAINT visits_pkey PRIMARY KEY,
    household_id integer NOT NULL
        CONSTRAINT visits_household_id_fkey REFERENCES households (id),
    resident_id integer CONSTRAINT visits_resident_id_fkey REFERENCES residents (id),
    rule text,
    visited_at timestamptz NOT NULL,
    outcome text NOT NULL CONSTRAINT visits_outcome_check CHECK (outcome IN (
        'met', 'nobody_home', 'refused', 'needs_help', 'check_up', 'gone')),
    note text CONSTRAINT visits_note_check CHECK (length(note) <= 2000),
    account_id integer NOT NULL CONSTRAINT visits_account_id_fkey REFERENCES accounts (id),
    received_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX visits_household_id_idx ON visits (household_id, visited_at);
CREATE INDEX visits_resident_id_idx ON visits (resident_id, visited_at);
COMMENT ON COLUMN visits.rule IS 'The visit rule it was made for; none: unasked.';

CREATE TABLE notes (
    id uuid CONSTRAINT notes_pkey PRIMARY KEY,
    household_id integer NOT NULL
        CONSTRAINT notes_household_id_fkey REFERENCES households (id),
    text text NOT NULL CONSTRAINT notes_text_check CHECK (length(text) BETWEEN 1 AND 2000),
    account_id integer NOT NULL CONSTRAINT notes_account_id_fkey REFERENCES accounts (id),
    written_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX notes_household_id_idx ON notes (household_id, written_at);

CREATE TABLE changes (
    id uuid CONSTRAINT changes_pkey PRIMARY KEY,
    household_id integer NOT NULL
        CONSTRAINT changes_household_id_fkey REFERENCES households (id),
    resident_id integer CONSTRAINT changes_resident_id_fkey REFERENCES residents (id),
    kind text NOT NULL CONSTRAINT changes_kind_check CHECK (kind IN (
        'position', 'moved', 'died', 'new_resident', 'correction')),
    base_version integer NOT NULL,
    payload bytea NOT NULL,
    account_id integer NOT NULL CONSTRAINT changes_account_id_fkey REFERENCES accounts (id),
    made_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    state text NOT NULL DEFAULT 'waiting' CONSTRAINT changes_state_check CHECK (state IN (
        'waiting', 'approved', 'returned', 'withdrawn')),
    decided_by integer CONSTRAINT changes_decided_by_fkey REFERENCES accounts (id),
    decided_at timestamptz,
    reason text CONSTRAINT changes_reason_check CHECK (length(reason) <= 500),
    replaced bytea,
    CONSTRAINT changes_decided_check
        CHECK ((state IN ('approved', 'returned')) = (decided_by IS NOT NULL)),
    CONSTRAINT changes_resident_check
        CHECK ((kind IN ('moved', 'died', 'correction')) = (resident_id IS NOT NULL))
);
CREATE INDEX changes_household_id_idx ON changes (household_id);
CREATE INDEX changes_account_id_idx ON changes (account_id);
CREATE INDEX changes_waiting_idx ON changes (received_at) WHERE state = 'waiting';
COMMENT ON COLUMN changes.payload IS 'What it says, as sealed JSON: it may hold personal data.';
COMMENT ON COLUMN changes.replaced IS 'What stood there before it was applied, as sealed JSON.';
COMMENT ON COLUMN changes.base_version IS
    'Version of the resident, or for kind position and new_resident of the household, it was made on.';

CREATE TABLE assistance (
    id integer GENERATED BY DEFAULT AS IDENTITY CONSTRAINT assistance_pkey PRIMARY KEY,
    resident_id integer NOT NULL
        CONSTRAINT assistance_resident_id_fkey REFERENCES residents (id),
    kind text NOT NULL CONSTRAINT assistance_kind_check CHECK (kind ~ '^[a-z][a-z0-9_]*$'),
    valid daterange NOT NULL CONSTRAINT assistance_valid_check CHECK (NOT isempty(valid)),
    reason text CONSTRAINT assistance_reason_check CHECK (length(reason) <= 500),
    account_id integer CONSTRAINT assistance_account_id_fkey REFERENCES accounts (id),
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT assistance_period_excl
        EXCLUDE USING gist (resident_id WITH =, kind WITH =, valid WITH &&)
);
