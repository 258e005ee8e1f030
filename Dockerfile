# Patok's server: the API and the page. Its database is elsewhere: PATOK_DATABASE_URL (see compose.yaml).
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
WORKDIR /opt/patok
COPY . .
RUN bin/install server && rm -rf .venv-node node_modules .cache

FROM ${BASE}
# /data and /secrets belong to patok, so the volumes that compose.yaml puts there do too.
RUN useradd --uid 10001 --no-create-home --home-dir /data patok \
    && install -d -o patok -g patok -m 0750 /data \
    && install -d -o patok -g patok -m 0755 /secrets
COPY --from=build /opt/patok /opt/patok
WORKDIR /opt/patok
ENV PATH=/opt/patok/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    NUMBA_CACHE_DIR=/data/numba \
    PATOK_DATA_DIR=/data
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]
# Beyond loopback Patok starts only with PATOK_ACCESS_TOKEN or PATOK_ACCESS_TOKEN_FILE.
CMD ["patok", "serve", "--host", "0.0.0.0", "--port", "8000"]
