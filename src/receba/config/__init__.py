"""Settings, urls, and the embedded database."""
