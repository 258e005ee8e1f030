-- The roles that the service works as. Neither owns anything, and neither passes the row policies by.
-- Roles belong to the whole server, so another database may have made them already.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'patok_checker') THEN
        CREATE ROLE patok_checker NOLOGIN NOINHERIT;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'patok_service') THEN
        CREATE ROLE patok_service NOLOGIN NOINHERIT;
    END IF;
    IF NOT pg_has_role('patok_service', 'patok_checker', 'MEMBER') THEN
        GRANT patok_checker TO patok_service;
    END IF;
END
$$
