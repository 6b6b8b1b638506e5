-- The two users of the database and what each may do. Put real names for the placeholders and run
-- the result as the server's administrator, for instance
--
--   sed -e s/@DATABASE@/headwater/g -e s/@OWNER_USER@/headwater_owner/g \
--       -e s/@SERVICE_USER@/headwater/g grants.sql | mariadb
--
-- A database name with "_" in it is written "\_" here: in a grant, "_" stands for any character.
--
-- How they log in is said in CREATE USER. As it stands, a system user logs in over the local socket
-- under its own name and needs no password: the service runs as the system user @SERVICE_USER@, and
-- `headwater migrate` is run by the system user @OWNER_USER@. For a password, or for a database on
-- another host, write instead
--
--   CREATE USER IF NOT EXISTS '@SERVICE_USER@'@'app.example.com' IDENTIFIED BY 'a long password';
--
-- and put user, password and host into the service's my.cnf file (mode 0640) and into another one
-- for `headwater migrate --defaults-file`.

-- The owner makes and changes tables. Migrations also fill them, and use temporary tables; a dump
-- that is loaded locks them.
CREATE USER IF NOT EXISTS '@OWNER_USER@'@'localhost' IDENTIFIED VIA unix_socket;
GRANT CREATE, ALTER, DROP, INDEX, REFERENCES, CREATE TEMPORARY TABLES, LOCK TABLES,
      SELECT, INSERT, UPDATE, DELETE
   ON `@DATABASE@`.* TO '@OWNER_USER@'@'localhost';

-- The service, and all other commands of `headwater`, read and write rows and do nothing else.
CREATE USER IF NOT EXISTS '@SERVICE_USER@'@'localhost' IDENTIFIED VIA unix_socket;
GRANT SELECT, INSERT, UPDATE, DELETE ON `@DATABASE@`.* TO '@SERVICE_USER@'@'localhost';
