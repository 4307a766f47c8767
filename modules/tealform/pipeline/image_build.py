"""The CodeBuild project that makes an image of the source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tealform.aws import Construct
from tealform.common.iam import allow_ecr_login
from tealform.common.pull_through_cache import CachedRegistry
from tealform.common.shared_resources import SharedResources
from tealform.pipeline.action import SOURCE, VARIABLES, Step
from tealform.pipeline.artifact_bucket import ArtifactBucket
from tealform.pipeline.build_cache import BuildCache, BuildCacheProps
from tealform.pipeline.codebuild import CodeBuild, CodeBuildProps
from tealform.pipeline.image_repository import Images
from tealform.pipeline.targets import Target
from tealform.settings.service import Service as Settings


@dataclass(frozen=True)
class ImageBuildProps:
    """The service, by name and as it is set; where it is released to, and what the build reads and writes."""

    shared: SharedResources
    service: str
    settings: Settings
    target: Target
    images: Images
    artifacts: ArtifactBucket


class ImageBuild(CodeBuild):
    """A project that builds with Docker on the processor that the service runs on, and may push to one repository.

    What it keeps for the next build in ECR, it may push to a second one.
    """

    def __init__(self, scope: Construct, id_: str, props: ImageBuildProps) -> None:
        settings, shared = props.settings.build, props.shared
        self._registries = shared.registries
        name = shared.context.name(props.service)
        cache = _cache(scope, props)
        super().__init__(
            scope,
            id_,
            CodeBuildProps(
                shared,
                props.service,
                part="build",
                name=name,
                description=f"Builds the image of {name}",
                architecture=props.settings.architecture,
                timeout_minutes=settings.timeout_minutes,
                compute=settings.compute,
                buildspec=settings.buildspec,
                privileged=True,
                local_layer_cache=settings.cache == "local",
                egress_ports=settings.egress_ports if settings.vpc else None,
                variables={
                    "ECR_REPOSITORY_URI": props.images.uri,
                    **_contract(props),
                    **_registries(shared.registries),
                    **(cache.variables() if cache else {}),
                    **settings.environment,
                },
                secrets=settings.secrets,
                secrets_kms_keys=settings.secrets_kms_keys,
                statements=[
                    *props.artifacts.usage(),
                    shared.key.allow_use(),
                    allow_ecr_login(),
                    props.images.pushing(),
                    *CachedRegistry.allow_pull(shared.registries),
                    *([cache.usage()] if cache else ()),
                ],
            ),
        )

    def build(self, artifact: str) -> Step:
        """The step that makes ``artifact`` of the source."""
        step = self.step("Build", [SOURCE], [artifact], namespace=VARIABLES[artifact])
        return replace(step, needed=[*step.needed, *(registry.rule for registry in self._registries)])


def _cache(scope: Construct, props: ImageBuildProps) -> BuildCache | None:
    if props.settings.build.cache != "ecr":
        return None
    return BuildCache(scope, "build-cache", BuildCacheProps(props.shared, props.service))


def _registries(registries: Sequence[CachedRegistry]) -> dict[str, str]:
    """Where base images come from, and the names of these variables, which Docker gets as build arguments."""
    variables = CachedRegistry.variables(registries)
    return {**variables, "BUILD_ARGUMENTS": " ".join(variables)} if variables else {}


def _contract(props: ImageBuildProps) -> dict[str, str]:
    """The variables of the release contract; where they are not known, those of the image alone."""
    if props.target.known:
        return dict(props.target.variables)
    return {
        "CPU_ARCHITECTURE": props.settings.architecture.upper(),
        "CONTAINER_NAME": props.service,
        "TEMPLATES": "open",
    }
