-- What scope_units() answers is kept for the transaction. Reading it becomes part of each statement
-- that asks, and all about people ask, some four times over; only working it out takes a call, and
-- the owner's rights.
CREATE FUNCTION scope_units_found() RETURNS integer[] LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    account text := coalesce(current_setting('wangge.account', true), '');
    found integer[];
BEGIN
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
REVOKE ALL ON FUNCTION scope_units_found() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION scope_units_found() TO wangge_figures, wangge_people, wangge_admin;

-- Replaced, not made anew: policies keep to it.
CREATE OR REPLACE FUNCTION scope_units() RETURNS integer[] LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN starts_with(current_setting('wangge.scope', true),
                         coalesce(current_setting('wangge.account', true), '') || '{')
        THEN substr(current_setting('wangge.scope', true),
                    length(coalesce(current_setting('wangge.account', true), '')) + 1)::integer[]
        ELSE scope_units_found()
    END
$$;

-- Words are compared in memory, among one's own forms.
DROP INDEX address_forms_search_idx;
