"""The planners' tables as pages show them: published JSON and a wording in, values out."""
