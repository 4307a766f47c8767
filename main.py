"""The CDKTF app of this repository. ``tealform`` loads it from here, and ``cdktf synth`` starts it."""

from __future__ import annotations

from tealform import App

app = App()

if __name__ == "__main__":
    app.run()
