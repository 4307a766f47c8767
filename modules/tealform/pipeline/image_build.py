"""The CodeBuild projects that build an image from the source, and that fill in the templates of a release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tealform.aws import Construct
from tealform.common.iam import Statement, allow_ecr_login
from tealform.common.pull_through_cache import CachedRegistry
from tealform.common.shared_resources import SharedResources
from tealform.pipeline import inline_buildspec
from tealform.pipeline.action import BUILD, SOURCE, VARIABLES, Step
from tealform.pipeline.artifact_bucket import ArtifactBucket
from tealform.pipeline.codebuild import CodeBuild, CodeBuildProps
from tealform.pipeline.image_repository import BuildCache, BuildCacheProps, Images
from tealform.pipeline.targets import Target
from tealform.settings.release_templates import RELEASE_FILES
from tealform.settings.service import Service as Settings

_RENDER_MINUTES = 10


@dataclass(frozen=True, kw_only=True)
class ImageBuildProps:
    """Configures an ``ImageBuild``."""

    shared: SharedResources
    """What the pipelines of the environment share, in the pipeline's account."""

    service: str
    """The service's name."""

    settings: Settings
    """The ``service`` block of the settings."""

    target: Target
    """The service that the image is released to."""

    images: Images
    """The repository that the image is pushed to."""

    artifacts: ArtifactBucket
    """The bucket of the pipeline."""


class ImageBuild(CodeBuild):
    """A project that builds with Docker on the service's processor, and may push to one repository.

    With ``cache = "ecr"`` it may also push the layers for the next build to a second one.
    """

    def __init__(self, scope: Construct, id_: str, props: ImageBuildProps) -> None:
        settings, shared = props.settings.build, props.shared
        self._registries = shared.registries
        name = shared.context.name(props.service)
        cache = (
            BuildCache(scope, "build-cache", BuildCacheProps(shared=shared, service=props.service))
            if settings.cache == "ecr"
            else None
        )
        super().__init__(
            scope,
            id_,
            CodeBuildProps(
                shared=shared,
                service=props.service,
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
                    **(cache.variables if cache else {}),
                    **settings.environment,
                },
                secrets=settings.secrets,
                secrets_kms_keys=settings.secrets_kms_keys,
                statements=[
                    *props.artifacts.allow_use(),
                    allow_ecr_login(),
                    props.images.allow_push(),
                    *CachedRegistry.allow_pull(shared.registries),
                    *([cache.allow_use()] if cache else ()),
                ],
            ),
        )

    def build(self, artifact: str) -> Step:
        """Return the step that builds ``artifact`` from the source."""
        step = self.step("Build", [SOURCE], [artifact], namespace=VARIABLES[artifact])
        return replace(step, needed=[*step.needed, *(registry.rule for registry in self._registries)])


def _registries(registries: Sequence[CachedRegistry]) -> dict[str, str]:
    """Return the addresses of base images, and these variables' names, which Docker gets as build arguments."""
    variables = CachedRegistry.variables(registries)
    return {**variables, "BUILD_ARGUMENTS": " ".join(variables)} if variables else {}


def _contract(props: ImageBuildProps) -> dict[str, str]:
    """Return the variables of the release contract; where they are not known, those of the image alone."""
    if props.target.has_all_variables:
        return dict(props.target.variables)
    return {
        "CPU_ARCHITECTURE": props.settings.architecture.upper(),
        "CONTAINER_NAME": props.service,
        "TEMPLATES": "open",
    }


@dataclass(frozen=True, kw_only=True)
class RenderTemplatesProps:
    """Configures a ``RenderTemplates`` project."""

    shared: SharedResources
    """What the pipelines of the environment share, in the pipeline's account."""

    service: str
    """The service's name."""

    target: Target
    """The service that the release goes to."""

    images: Images
    """The repository that holds the image; the image stays there."""

    artifacts: ArtifactBucket
    """The bucket of the pipeline."""


class RenderTemplates(CodeBuild):
    """Fills in the templates with this environment's settings, and tags the image so that it is kept. It builds nothing."""

    def __init__(self, scope: Construct, id_: str, props: RenderTemplatesProps) -> None:
        shared = props.shared
        service = shared.context.name(props.service)
        super().__init__(
            scope,
            id_,
            CodeBuildProps(
                shared=shared,
                service=props.service,
                part="prepare",
                name=f"{service}-prepare",
                description=f"Fills in what is to be released to {service}",
                timeout_minutes=_RENDER_MINUTES,
                buildspec=inline_buildspec.buildspec("prepare_release.py", prints="IMAGE_DIGEST", files=RELEASE_FILES),
                variables={
                    "ECR_REPOSITORY_URI": props.images.uri,
                    "ENVIRONMENT": shared.context.environment,
                    **props.target.variables,
                },
                statements=[
                    *props.artifacts.allow_use(),
                    *props.target.lookup_statements,
                    Statement("KeepImage", ["ecr:BatchGetImage", "ecr:PutImage"], [props.images.arn]),
                ],
            ),
        )

    def render(self, artifact: str) -> Step:
        """Return the step that turns the image and open templates in ``artifact`` into a release of this environment."""
        return self.step("Prepare", [artifact], [BUILD], namespace=VARIABLES[BUILD])
