"""What goes out: the policy gate, templates, messages by e-mail, and what came of each."""
