"""What comes in: files become typed, accepted rows, and rejected rows that can be mended and sent again."""
