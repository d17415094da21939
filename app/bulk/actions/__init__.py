"""The actions, a file each."""
