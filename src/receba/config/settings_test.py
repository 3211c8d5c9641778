"""Settings of the tests: a throw-away data folder with a cluster of its own, made for one run."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_folder = Path(tempfile.mkdtemp(prefix="receba-test-"))
_folder.chmod(0o755)  # root's server runs as somebody else, who must get in
os.environ["RECEBA_DATA"] = str(_folder)
os.environ["RECEBA_DATABASE_FAST"] = "1"
os.environ.pop("DATABASE_URL", None)

from receba.config.settings import *  # noqa: E402, F403

# Registered before the server starts, so it runs after the server was stopped.
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405 (nothing is collected: a test that wants it so does)
