"""The manifest by which a registry knows an image."""

from __future__ import annotations

import json

MANIFEST_MEDIA_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
_CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"


def render_manifest(image: str) -> str:
    """That of an image of one layer, whose content has the hash ``image``."""
    digest = f"sha256:{image}"
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST_MEDIA_TYPE,
            "config": {"mediaType": _CONFIG, "size": 1024, "digest": digest},
            "layers": [{"mediaType": _LAYER, "size": 4096, "digest": digest}],
        }
    )
