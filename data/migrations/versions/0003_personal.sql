-- How personal values are found whole, and how long they are kept.

CREATE INDEX residents_phone_hash_idx ON residents (phone_hash);

-- Those whose values are still to be emptied one day.
CREATE INDEX residents_left_on_idx ON residents (left_on)
    WHERE left_on IS NOT NULL AND anonymised_at IS NULL;
ALTER TABLE residents ADD CONSTRAINT residents_anonymous_check CHECK (anonymised_at IS NULL OR (
    name = '' AND coalesce(name_search, '') = '' AND id_number IS NULL AND id_number_hash IS NULL
    AND phone IS NULL AND phone_hash IS NULL
    AND extract(doy FROM birth_date) = 1));
COMMENT ON CONSTRAINT residents_anonymous_check ON residents IS
    'Who was made anonymous is given no name again, by no door.';

ALTER TABLE changes ADD COLUMN emptied_at timestamptz;
CREATE INDEX changes_decided_at_idx ON changes (decided_at)
    WHERE decided_at IS NOT NULL AND emptied_at IS NULL;
COMMENT ON COLUMN changes.emptied_at IS 'When what it said of people was taken out of it.';
