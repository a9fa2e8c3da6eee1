-- The other users came with the data, and so did their passwords: lock them all. May run twice.
DROP PROCEDURE IF EXISTS snapferry_lock_users;
CREATE PROCEDURE snapferry_lock_users()
BEGIN
  DECLARE account TEXT;
  DECLARE done BOOLEAN DEFAULT FALSE;
  DECLARE others CURSOR FOR
    SELECT concat(quote(user), '@', quote(host)) FROM mysql.user
    WHERE user NOT IN (substring_index(current_user(), '@', 1), 'root') AND user NOT LIKE 'rds%' AND user NOT LIKE '%.sys'
      AND user NOT LIKE 'mysql.%' AND user <> '';
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = TRUE;
  OPEN others;
  each_one: LOOP
    FETCH others INTO account;
    IF done THEN LEAVE each_one; END IF;
    SET @lock_it = concat('ALTER USER ', account, ' ACCOUNT LOCK');
    PREPARE lock_it FROM @lock_it;
    EXECUTE lock_it;
    DEALLOCATE PREPARE lock_it;
  END LOOP;
  CLOSE others;
END;
CALL snapferry_lock_users();
DROP PROCEDURE snapferry_lock_users;
