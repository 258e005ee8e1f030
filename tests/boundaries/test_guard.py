"""The service refuses to start where anything would let it pass the row policies by."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from boundaries.store.cluster import Cluster
from boundaries.store.engine import connect
from boundaries.store.guard import connect_service, require_guarded
from boundaries.store.keys import create_key, has_keys, list_keys, revoke_key
from boundaries.store.principals import Role
from boundaries.store.schema import let_service_in, migrate
from geo.errors import NotFound, RolesMissing, ServiceUnguarded, ValueRefused


def test_the_service_of_the_private_cluster_is_guarded(cluster: Cluster, migrated_engine: Engine) -> None:
    engine = connect_service(cluster.service_url())
    with engine.connect() as connection:
        assert connection.execute(text("SELECT current_user, session_user")).one() == ("patok_service",) * 2
    engine.dispose()


@pytest.mark.parametrize(
    ("user", "as_service", "reason"),
    [("patok_admin", "superuser", "superuser"), ("patok", "may not work as", "owns")],
)
def test_who_owns_or_rules_is_refused(engine: Engine, user: str, as_service: str, reason: str) -> None:
    url = engine.url.set(username=user).render_as_string()
    with pytest.raises(ServiceUnguarded, match=as_service):
        connect_service(url)
    # Without becoming the service, too.
    itself = connect(url)
    with pytest.raises(ServiceUnguarded, match=reason):
        require_guarded(itself)
    itself.dispose()


@pytest.mark.parametrize(
    ("spoil", "mend", "reason"),
    [
        (
            "ALTER TABLE findings DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE findings ENABLE ROW LEVEL SECURITY",
            "off on",
        ),
        (
            "ALTER TABLE geotags NO FORCE ROW LEVEL SECURITY",
            "ALTER TABLE geotags FORCE ROW LEVEL SECURITY",
            "off on",
        ),
        (
            "GRANT SELECT ON geotags_default TO patok_service",
            "REVOKE SELECT ON geotags_default FROM patok_service",
            "may read geotags_default",
        ),
    ],
)
def test_a_wall_that_is_down_is_noticed(
    engine: Engine, service: Engine, spoil: str, mend: str, reason: str
) -> None:
    require_guarded(service)
    with engine.begin() as connection:
        connection.execute(text(spoil))
    try:
        with pytest.raises(ServiceUnguarded, match=reason):
            require_guarded(service)
    finally:
        with engine.begin() as connection:
            connection.execute(text(mend))
    require_guarded(service)


def test_a_login_of_an_administrator_is_let_in(engine: Engine, cluster: Cluster) -> None:
    """On a server of the office's own the service may come in as any user that has the role."""
    admin = connect(engine.url.set(username="patok_admin").render_as_string())
    with admin.begin() as connection:
        connection.execute(text("CREATE ROLE patok_test_login LOGIN NOINHERIT"))
        connection.execute(text("GRANT patok_service TO patok_test_login"))
    try:
        with admin.connect() as connection:  # as that user, which the socket would not let us be
            connection.execute(text("SET SESSION AUTHORIZATION patok_test_login"))
            assert connection.execute(text("SELECT count(*) FROM pg_roles")).scalar_one()
            connection.execute(text("SET ROLE patok_service"))
            connection.execute(text("SET LOCAL ROLE patok_checker"))
            assert connection.execute(text("SELECT current_user")).scalar_one() == "patok_checker"
            connection.invalidate()
    finally:
        with admin.begin() as connection:
            connection.execute(text("DROP ROLE patok_test_login"))
        admin.dispose()


def test_missing_roles_are_said(engine: Engine) -> None:
    """Who may not make roles is told what an administrator has to do."""
    admin = connect(engine.url.set(username="patok_admin").render_as_string())
    with admin.begin() as connection:
        connection.execute(text("ALTER ROLE patok_checker RENAME TO patok_checker_away"))
    try:
        with pytest.raises(RolesMissing, match="CREATE ROLE patok_checker"):
            migrate(engine)
    finally:
        with admin.begin() as connection:
            connection.execute(text("ALTER ROLE patok_checker_away RENAME TO patok_checker"))
        admin.dispose()


def test_the_service_gets_a_password_of_its_own(engine: Engine) -> None:
    admin = connect(engine.url.set(username="patok_admin").render_as_string())
    let_service_in(admin, "it's a %s 'word'")
    with admin.begin() as connection:
        stored = text("SELECT rolpassword FROM pg_authid WHERE rolname = 'patok_service'")
        assert connection.execute(stored).scalar_one().startswith("SCRAM-SHA-256$")
        connection.execute(text("ALTER ROLE patok_service PASSWORD NULL"))
    admin.dispose()


# ---- keys --------------------------------------------------------------------------------------------------


def test_keys_are_listed_and_revoked(engine: Engine) -> None:
    assert not has_keys(engine)
    key, _ = create_key(engine, Role.DEVICE, " tablet 12 ", ["5105", "5106010"])
    assert has_keys(engine)
    (listed,) = list_keys(engine)
    assert listed == key and key.name == "tablet 12"
    assert key.principal().bound() == {
        "scope_areas": ["5105", "5106010"],
        "scope_key": key.key_id,
        "own_key": key.key_id,
    }
    revoked = revoke_key(engine, key.prefix)
    assert revoked.revoked_at and revoke_key(engine, key.prefix).revoked_at == revoked.revoked_at
    assert not has_keys(engine)
    with pytest.raises(NotFound, match="patok key list"):
        revoke_key(engine, "00000000")


@pytest.mark.parametrize(
    ("role", "name", "areas"),
    [
        (Role.DEVICE, "tablet", []),
        (Role.OFFICER, "officer", []),
        (Role.NATIONAL, "all", ["51"]),
        (Role.DEVICE, "", ["51"]),
        (Role.DEVICE, "x" * 101, ["51"]),
        (Role.DEVICE, "tablet", ["51,52"]),
        (Role.DEVICE, "tablet", ["5%"]),
        (Role.DEVICE, "tablet", [""]),
        (Role.PREVIEWER, "map", ["51"]),
    ],
)
def test_a_key_that_would_open_too_much_or_nothing_is_refused(
    engine: Engine, role: Role, name: str, areas: list[str]
) -> None:
    with pytest.raises(ValueRefused):
        create_key(engine, role, name, areas)
    assert list_keys(engine) == []


def test_an_empty_scope_covers_nothing() -> None:
    from boundaries.store.principals import Principal

    assert not Principal(Role.OFFICER, 1, ()).covers("5105")
    assert Principal(Role.OFFICER, 1, ("5105",)).covers("5105010")
    assert not Principal(Role.OFFICER, 1, ("5105",)).covers("5104")
    assert not Principal(Role.OFFICER, 1, ("5105",)).covers("51")
    assert Principal(Role.ADMIN).covers("")
    assert not Principal(Role.PREVIEWER).covers("5105")
