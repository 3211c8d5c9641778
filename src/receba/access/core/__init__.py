"""What a role may do. Pure."""
