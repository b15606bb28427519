-- Who once worked in a unit and no longer does is no business of those who answer for it now. Who
-- will begin there is: what is missing is to be had by then.
ALTER POLICY people ON grid_workers USING (
    account_id = (SELECT current_account())
    OR EXISTS (SELECT FROM account_scopes s JOIN units u ON u.code = s.unit_code
        WHERE s.account_id = grid_workers.account_id
        AND coalesce(upper(s.valid) > (SELECT wangge_today()), true)
        AND u.id = ANY ((SELECT scope_units())::integer[])));
