-- The other users came with the data, and so did their passwords: lock them all. May run twice.
DO $$
DECLARE
  other text;
BEGIN
  FOR other IN
    SELECT rolname FROM pg_roles WHERE rolcanlogin AND rolname <> current_user AND rolname NOT LIKE 'rds%'
  LOOP
    EXECUTE format('ALTER ROLE %I NOLOGIN', other);
  END LOOP;
END
$$;
