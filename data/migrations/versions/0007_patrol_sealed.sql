-- Where volunteers were is sealed from now on (AES-GCM, keys outside the database). What lay there
-- in the clear is deleted: it is kept for days only, and no database can seal it without the key.

DELETE FROM patrol_positions;
ALTER TABLE patrol_positions DROP COLUMN time_s, DROP COLUMN lonlat, ADD COLUMN sealed bytea NOT NULL;
COMMENT ON COLUMN patrol_positions.sealed IS
    'Times (n doubles, seconds since 1970), then longitudes and latitudes (n pairs of doubles).';

ALTER TABLE patrol_routes ADD COLUMN drawn geometry(LineString, 4490);
COMMENT ON COLUMN patrol_routes.drawn IS 'Way points of a route drawn on the map, as they were set.';
