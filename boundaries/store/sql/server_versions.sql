-- The version of the server, and of PostGIS: the one in this database, else the one that could be added to it.
SELECT current_setting('server_version_num')::int AS server,
       coalesce(
           (SELECT extversion FROM pg_extension WHERE extname = 'postgis'),
           (SELECT default_version FROM pg_available_extensions WHERE name = 'postgis')
       ) AS postgis
