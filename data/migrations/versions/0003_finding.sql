-- What households are found by besides their place. Derived: written with what it derives from.

CREATE TABLE addresses (
    text text CONSTRAINT addresses_pkey PRIMARY KEY,
    search text NOT NULL
);
CREATE INDEX addresses_search_idx ON addresses USING gin (search gin_trgm_ops);
CREATE INDEX households_address_idx ON households (address);
COMMENT ON TABLE addresses IS
    'Derived: each address once, with its pinyin and initials, for finding parts of it.';
ALTER TABLE residents ADD COLUMN name_search text;
CREATE INDEX residents_name_search_idx ON residents USING gin (name_search gin_trgm_ops);
COMMENT ON COLUMN residents.name_search IS 'Derived: the name, its pinyin and initials.';
