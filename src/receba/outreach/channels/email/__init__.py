"""E-mail: the message as it travels, and the servers it travels through."""
