"""What is done with imports: files taken, read, written, mended, taken back, forgotten."""
