"""What must be true of every environment that a user can write, tested with generated ones."""

from pathlib import Path

from hypothesis.configuration import set_hypothesis_home_dir

# With the other caches; by default it would create a folder of its own in the project.
set_hypothesis_home_dir(Path(__file__).parents[2] / ".cache" / "hypothesis")
