-- Staging does not need anybody's real name. Runs on MySQL, MariaDB and PostgreSQL, and may run twice.
UPDATE users SET name = concat('user ', id);
