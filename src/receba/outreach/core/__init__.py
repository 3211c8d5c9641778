"""Pure: may we contact, is the text lawful, what does the server's answer mean."""
