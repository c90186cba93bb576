# syntax=docker/dockerfile:1
# Two stages: packages are installed where pip is, models are trained where they will be served.

FROM python:3.11-slim AS packages
WORKDIR /build
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --disable-pip-version-check -r requirements.txt

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    OMP_NUM_THREADS=1 \
    ORT_DISABLE_TELEMETRY=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    VAR_DIR=/var/lib/likely
# Some hosts run an image as a user of theirs (Hugging Face, OpenShift), who must be able to write to VAR_DIR
RUN useradd --system --uid 10001 --user-group --home-dir /app likely \
    && install --directory --owner=likely --group=likely /app /app/models \
    && install --directory --mode=1777 --owner=likely --group=likely /var/lib/likely
WORKDIR /app
COPY --from=packages /venv /venv

# The models depend on ml/ (and its command line on store/): a change of a page does not train them again
COPY ml ml
COPY store store
COPY settings.py setting_parsers.py sign_in_settings.py feedback_settings.py ./
USER 10001
RUN python -m ml train --missing

COPY . .
EXPOSE 8000
VOLUME /var/lib/likely
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/healthz\", timeout=4)"]
CMD ["gunicorn", "app:create_server()"]
