# Build: everything that is installed is pinned by hash.
FROM python:3.11-slim AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/newsletter
ENV PATH=/opt/newsletter/bin:$PATH

WORKDIR /source
COPY requirements.lock ./
RUN pip install --require-hashes --only-binary :all: -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY templates templates
COPY subscribers subscribers
COPY newsletter newsletter
RUN pip install --no-deps --no-build-isolation .


# Run: the program, nobody's rights, one folder to write in.
FROM python:3.11-slim

RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin newsletter \
    && install -d -o newsletter -g newsletter -m 0750 /data
COPY --from=build /opt/newsletter /opt/newsletter

ENV PATH=/opt/newsletter/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    NEWSLETTER_DATA_DIR=/data

USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000

HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]

# What is being sent gets the time it needs; give the container 11 minutes.
STOPSIGNAL SIGTERM
CMD ["newsletter", "serve", "--host", "0.0.0.0", "--port", "8000"]
