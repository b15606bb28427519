-- Below row-level security the planner uses an index only for operators that are declared to give
-- nothing away, or it reads the whole table. These tell nothing of a value but their answer: at
-- most they object to the pattern, or to a mixture of coordinate systems that the columns exclude.
-- So does the form of an address, where there is one: a backup of an earlier state has none yet, and
-- is upgraded later. Declaring that takes a superuser; elsewhere finding is as safe, and slower.
DO $$
DECLARE named regprocedure;
BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        RETURN;
    END IF;
    IF to_regprocedure('address_form(text, text)') IS NOT NULL THEN
        ALTER FUNCTION address_form(text, text) LEAKPROOF;
    END IF;
    FOR named IN
        SELECT o.oprcode::regprocedure FROM pg_operator o
        JOIN pg_proc p ON p.oid = o.oprcode
        WHERE NOT p.proleakproof AND (
            (o.oprname = '&&' AND o.oprleft = to_regtype('geometry') AND o.oprright = to_regtype('geometry'))
            OR (o.oprname = '~~' AND o.oprleft = 'text'::regtype AND o.oprright = 'text'::regtype)
            OR (o.oprname IN ('%', '<%', '%>') AND o.oprleft = 'text'::regtype
                AND o.oprright = 'text'::regtype)
            OR (o.oprname IN ('@>', '&&') AND o.oprleft = 'anyarray'::regtype
                AND o.oprright = 'anyarray'::regtype))
    LOOP
        EXECUTE format('ALTER FUNCTION %s LEAKPROOF', named);
    END LOOP;
END $$;
