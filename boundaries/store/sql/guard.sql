-- What would let a connection of the service pass the row policies by: of who came in, and of what it works as.
SELECT
    (SELECT string_agg(r.rolname, ', ' ORDER BY r.rolname)
     FROM pg_roles AS r
     WHERE r.rolname IN (session_user, current_user) AND (r.rolsuper OR r.rolbypassrls)) AS mighty,
    (SELECT string_agg(c.relname, ', ' ORDER BY c.relname)
     FROM pg_class AS c
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
       AND (pg_has_role(session_user, c.relowner, 'MEMBER') OR pg_has_role(current_user, c.relowner, 'MEMBER'))
    ) AS owned,
    (SELECT string_agg(t.name, ', ' ORDER BY t.name)
     FROM unnest(CAST(:guarded AS text[])) AS t (name)
     LEFT JOIN pg_class AS c ON c.relname = t.name AND c.relnamespace = current_schema()::regnamespace
     WHERE NOT coalesce(c.relrowsecurity AND c.relforcerowsecurity, false)) AS open,
    (SELECT string_agg(c.relname, ', ' ORDER BY c.relname)
     FROM pg_class AS c
     WHERE c.relispartition AND c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
       AND has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE')) AS past_parent,
    current_user = :role AS is_service
