# One image for web, workers and beat; compose.yaml says which is which.
# Written, not yet run: see docs/operating.md.
FROM python:3.11-slim-bookworm
ENV PYTHONUNBUFFERED=1 RAPPORT_VAR=/var/lib/rapport
RUN useradd --system --uid 10001 --home-dir /app rapport \
    && mkdir -p /app /var/lib/rapport && chown rapport /var/lib/rapport
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --index-url https://download.pytorch.org/whl/cpu --extra-index-url https://pypi.org/simple "$(grep '^torch==' requirements.txt)" \
    && pip install --no-cache-dir -r requirements.txt redis==6.4.0
COPY . .
USER rapport
VOLUME /var/lib/rapport
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health/', timeout=4)"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--workers", "2", "--blocking-threads", "2", "--respawn-failed-workers", "--respawn-interval", "5", "crm_site.wsgi:application"]
