-- Where a border moved, the rows of the places beside it are written anew. Among a million rows
-- that costs far more than working them out: two large indexes grow in thousands of places. So
-- they gather in a small table, which every statement about household_assignments reads, changes
-- and empties along with it (inheritance); `wangge assign` brings them back.
CREATE TABLE household_assignments_moved (
    CONSTRAINT household_assignments_moved_pkey PRIMARY KEY (household_id, valid_from)
) INHERITS (household_assignments);
COMMENT ON TABLE household_assignments_moved IS
    'Derived: the part of household_assignments that was written when borders moved.';

-- Through household_assignments its policies hold here too; nobody but the owner comes directly.
ALTER TABLE household_assignments_moved ENABLE ROW LEVEL SECURITY;

CREATE TRIGGER household_assignments_moved_note AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE
    ON household_assignments_moved
    FOR EACH STATEMENT EXECUTE FUNCTION note_change('household_assignments');
