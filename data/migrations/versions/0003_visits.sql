-- Who is to be visited, how often: rules as data, and what follows from them on a day.

CREATE TABLE visit_rules (
    name text CONSTRAINT visit_rules_pkey PRIMARY KEY
        CONSTRAINT visit_rules_name_check CHECK (name ~ '^[a-z][a-z0-9_]{1,39}$'),
    purpose text NOT NULL CONSTRAINT visit_rules_purpose_check
        CHECK (purpose IN ('visit', 'check_up')),
    interval_days integer NOT NULL CONSTRAINT visit_rules_interval_days_check
        CHECK (interval_days BETWEEN 1 AND 1000),
    min_age integer CONSTRAINT visit_rules_min_age_check CHECK (min_age BETWEEN 0 AND 130),
    tag text,
    grades smallint[],
    since date NOT NULL,
    active boolean NOT NULL DEFAULT true,
    -- A rule that everybody falls under is a mistake.
    CONSTRAINT visit_rules_some_check
        CHECK (min_age IS NOT NULL OR tag IS NOT NULL OR grades IS NOT NULL)
);
COMMENT ON TABLE visit_rules IS
    'Residents that meet all conditions given are due every interval_days; of several rules of one '
    'purpose the shortest holds.';
COMMENT ON COLUMN visit_rules.since IS 'Who was never visited is due from this day on.';

INSERT INTO visit_rules (name, purpose, interval_days, min_age, tag, grades, since) VALUES
    ('empty_nest_80', 'visit', 7, 80, 'empty_nest', NULL, CURRENT_DATE),
    ('empty_nest', 'visit', 14, NULL, 'empty_nest', NULL, CURRENT_DATE),
    ('disability', 'visit', 30, NULL, NULL, '{1,2}', CURRENT_DATE),
    ('check_up', 'check_up', 365, NULL, 'empty_nest', NULL, CURRENT_DATE);

-- Whether what came of a visit counts for a purpose: someone was met; or was checked.
CREATE FUNCTION visit_counts(outcome text, purpose text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT outcome = 'check_up' OR (purpose = 'visit' AND outcome IN ('met', 'needs_help'))
$$;

-- For each resident and purpose: the rule that holds, the last visit that counts, the day it is due.
-- Seen through row-level security: whoever asks gets their own people.
CREATE FUNCTION visits_due(day date) RETURNS TABLE (
    household_id integer, resident_id integer, purpose text, rule text, interval_days integer,
    last_on date, due_on date)
LANGUAGE sql STABLE AS $$
    SELECT DISTINCT ON (r.household_id, r.id, v.purpose)
           r.household_id, r.id, v.purpose, v.name, v.interval_days, l.last_on,
           coalesce(l.last_on + v.interval_days, v.since)
    FROM residents r
    JOIN visit_rules v ON v.active
        AND (v.min_age IS NULL OR r.birth_date <= day - make_interval(years => v.min_age))
        AND (v.tag IS NULL OR v.tag = ANY (r.tags))
        AND (v.grades IS NULL OR r.disability_grade = ANY (v.grades))
    LEFT JOIN LATERAL (
        SELECT max((x.visited_at AT TIME ZONE 'Asia/Shanghai')::date) AS last_on FROM visits x
        WHERE x.household_id = r.household_id
          AND (x.resident_id IS NULL OR x.resident_id = r.id)
          AND visit_counts(x.outcome, v.purpose)
          AND (x.visited_at AT TIME ZONE 'Asia/Shanghai')::date <= day) l ON true
    WHERE r.left_on IS NULL OR r.left_on > day
    ORDER BY r.household_id, r.id, v.purpose, v.interval_days, v.name
$$;

GRANT SELECT ON visit_rules TO wangge_figures, wangge_people, wangge_admin;
