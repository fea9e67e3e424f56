"""The map of the industrial parks and logistics of the Hetian eastern counties."""
