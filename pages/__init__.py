"""The pages of the app; each file is one, and draws its own frame."""
