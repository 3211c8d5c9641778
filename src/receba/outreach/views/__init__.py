"""The pages of messages: what leaves, what waits, what a person must decide."""

from receba.outreach.views.outbox import cancel, message, message_html, outbox, resolve, sample, send_now, sending

__all__ = ["cancel", "message", "message_html", "outbox", "resolve", "sample", "send_now", "sending"]
