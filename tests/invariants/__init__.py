"""What must hold of every environment that somebody could write, tried on generated ones."""

from pathlib import Path

from hypothesis.configuration import set_hypothesis_home_dir

# Beside what else is made anew at any time; it would make a folder of its own in the project.
set_hypothesis_home_dir(Path(__file__).parents[2] / ".cache" / "hypothesis")
