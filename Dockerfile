# Two stages: the first resolves exactly what uv.lock names, the second carries only the result and runs as nobody special.
FROM python:3.11-slim AS build
WORKDIR /build
COPY pyproject.toml uv.lock README.md ./
RUN python -m pip install --no-cache-dir "uv==$(sed -n '/^name = "uv"$/{n;s/version = "\(.*\)"/\1/p;}' uv.lock)"
COPY domain domain
COPY ledger ledger
COPY projections projections
COPY services services
COPY api api
COPY migrations migrations
COPY policies policies
ENV UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=/opt/caseledger
RUN uv sync --locked --no-dev --no-editable

FROM python:3.11-slim
RUN groupadd --gid 10001 caseledger && useradd --uid 10001 --gid 10001 --no-create-home caseledger \
    && install -d -o caseledger -g caseledger -m 0700 /var/lib/caseledger
COPY --from=build /opt/caseledger /opt/caseledger
ENV PATH=/opt/caseledger/bin:$PATH PYTHONUNBUFFERED=1 CASELEDGER_DATA_DIR=/var/lib/caseledger CASELEDGER_HOST=0.0.0.0
USER caseledger
VOLUME /var/lib/caseledger
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/live', timeout=2)"]
ENTRYPOINT ["caseledger"]
CMD ["serve"]
