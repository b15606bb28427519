-- What households are found by besides their place. Derived: written with what it derives from.

-- The form of an address: what is left without its numbers, as one number. A district has few
-- forms, however many homes: one for a street or an estate. In a language that the planner does
-- not look into, so that it may be asked below row-level security (leakproof.sql).
CREATE FUNCTION address_form(address text, building text) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN hashtextextended(
        translate(concat_ws(' ', address, building), '0123456789０１２３４５６７８９', ''), 0);
END $$;
CREATE INDEX households_form_idx ON households (address_form(address, building), id);

CREATE TABLE address_forms (
    id bigint CONSTRAINT address_forms_pkey PRIMARY KEY,
    text text NOT NULL,
    search text NOT NULL
);
CREATE INDEX address_forms_search_idx ON address_forms USING gin (search gin_trgm_ops);
COMMENT ON TABLE address_forms IS
    'Derived: each form of an address once, with its pinyin and initials, for finding parts of it.';
CREATE TRIGGER address_forms_note AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON address_forms
    FOR EACH STATEMENT EXECUTE FUNCTION note_change('address_forms');

ALTER TABLE residents ADD COLUMN name_search text;
CREATE INDEX residents_name_search_idx ON residents USING gin (name_search gin_trgm_ops);
COMMENT ON COLUMN residents.name_search IS 'Derived: the name, its pinyin and initials.';
