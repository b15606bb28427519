-- Who is entitled to which assistance: rules as data, and what they say against what is given.

CREATE TABLE assistance_rules (
    kind text CONSTRAINT assistance_rules_pkey PRIMARY KEY
        CONSTRAINT assistance_rules_kind_check CHECK (kind ~ '^[a-z][a-z0-9_]{1,39}$'),
    min_age integer CONSTRAINT assistance_rules_min_age_check CHECK (min_age BETWEEN 0 AND 130),
    below_age integer CONSTRAINT assistance_rules_below_age_check
        CHECK (below_age BETWEEN 1 AND 130),
    tag text,
    grades smallint[],
    source text NOT NULL,
    active boolean NOT NULL DEFAULT true,
    CONSTRAINT assistance_rules_some_check CHECK (
        min_age IS NOT NULL OR below_age IS NOT NULL OR tag IS NOT NULL OR grades IS NOT NULL)
);
COMMENT ON TABLE assistance_rules IS 'Entitled is who meets all conditions given.';
COMMENT ON COLUMN assistance_rules.source IS 'The text it rests on, and whether it was checked.';

INSERT INTO assistance_rules (kind, min_age, below_age, tag, grades, source) VALUES
    ('old_age_allowance', 80, NULL, NULL, NULL, '高龄津贴（80 岁起），各地标准不同，待核对'),
    ('disability_care', NULL, NULL, NULL, '{1,2}', '国发〔2015〕52号 重度残疾人护理补贴（一、二级），待核对'),
    ('disability_living', NULL, NULL, 'social_assistance', '{1,2,3,4}',
     '国发〔2015〕52号 困难残疾人生活补贴，待核对'),
    ('left_behind_child', NULL, 16, 'left_behind_child', NULL,
     '国发〔2016〕13号 农村留守儿童关爱保护（不满 16 周岁），待核对');

ALTER TABLE assistance ADD CONSTRAINT assistance_kind_fkey
    FOREIGN KEY (kind) REFERENCES assistance_rules (kind);

-- What does not fit on a day: who is entitled and gets nothing, who gets and is not entitled.
-- Seen through row-level security: whoever asks gets their own people.
CREATE FUNCTION assistance_review(day date) RETURNS TABLE (
    resident_id integer, kind text, finding text, reason text, since date, assistance_id integer)
LANGUAGE sql STABLE AS $$
    SELECT r.id, a.kind, 'should_get', 'entitled',
           (r.birth_date + make_interval(years => a.min_age))::date, NULL::integer
    FROM assistance_rules a JOIN residents r
        ON (a.min_age IS NULL OR r.birth_date <= day - make_interval(years => a.min_age))
        AND (a.below_age IS NULL OR r.birth_date > day - make_interval(years => a.below_age))
        AND (a.tag IS NULL OR a.tag = ANY (r.tags))
        AND (a.grades IS NULL OR r.disability_grade = ANY (a.grades))
    WHERE a.active AND (r.left_on IS NULL OR r.left_on > day)
      AND NOT EXISTS (SELECT FROM assistance g
          WHERE g.resident_id = r.id AND g.kind = a.kind AND g.valid @> day)
    UNION ALL
    SELECT r.id, a.kind, 'should_not', f.reason, f.since, g.id
    FROM assistance g JOIN residents r ON r.id = g.resident_id
    JOIN assistance_rules a ON a.kind = g.kind
    CROSS JOIN LATERAL (SELECT
        CASE WHEN r.left_on <= day THEN r.left_reason
             WHEN NOT a.active THEN 'rule_ended'
             WHEN r.birth_date > day - make_interval(years => a.min_age) THEN 'too_young'
             WHEN r.birth_date <= day - make_interval(years => a.below_age) THEN 'too_old'
             WHEN a.tag IS NOT NULL AND a.tag <> ALL (r.tags) THEN 'group_left'
             WHEN a.grades IS NOT NULL AND coalesce(r.disability_grade <> ALL (a.grades), true)
                 THEN 'grade' END AS reason,
        CASE WHEN r.left_on <= day THEN r.left_on
             WHEN r.birth_date <= day - make_interval(years => a.below_age)
                 THEN (r.birth_date + make_interval(years => a.below_age))::date END AS since) f
    WHERE g.valid @> day AND f.reason IS NOT NULL
$$;

GRANT SELECT ON assistance_rules TO wangge_figures, wangge_people, wangge_admin;
