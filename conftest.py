"""Makes pytest speak of result backends here: `--backend`, scenario files, verdicts."""

pytest_plugins = ["crisper.plugin"]
