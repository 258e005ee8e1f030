-- What a publication works on, gone with its transaction.
--   publish_scope     the levels of the kabupatens that it replaces
--   publish_withheld  codes that are not published: used twice, no codes, or without any surface
--   publish_incoming  the areas that are to be, each with the row that holds its geometry
--   publish_affected  the versions believed so far whose validity reaches the new one's
CREATE TEMPORARY TABLE publish_scope (level text, segment_key text) ON COMMIT DROP;
CREATE TEMPORARY TABLE publish_withheld (level text, segment_key text, code text) ON COMMIT DROP;
CREATE TEMPORARY TABLE publish_incoming (
    source_id bigint,
    level text,
    code text,
    parent_code text,
    segment_key text,
    content_sha256 bytea,
    unit_id uuid,
    is_kept boolean NOT NULL DEFAULT false,
    is_new_unit boolean NOT NULL DEFAULT false
) ON COMMIT DROP;
CREATE TEMPORARY TABLE publish_affected (
    id bigint,
    unit_id uuid,
    level text,
    code text,
    is_kept boolean
) ON COMMIT DROP
