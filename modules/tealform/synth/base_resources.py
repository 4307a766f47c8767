"""What services and pipelines are built on: key, logs and registries, and the platform of network and cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tealform.aws import Construct
from tealform.common.kms_key import Key, KeyProps
from tealform.common.pull_through_cache import CachedRegistry, CachedRegistryProps
from tealform.common.s3_bucket import AccessLogs, AccessLogsProps
from tealform.common.shared_resources import SharedResources
from tealform.naming import Context
from tealform.network.load_balancer import ApplicationLoadBalancer, LoadBalancer, LoadBalancerProps, NetworkLoadBalancer
from tealform.network.network import Network, NetworkProps
from tealform.notifications.topic import PUBLISHERS
from tealform.pipeline.cross_account_role import reader_arns
from tealform.service.platform import Cluster, ClusterProps, ServicePlatform
from tealform.settings.environment import Environment
from tealform.settings.loader import LoadedEnvironment
from tealform.synth.notification_topics import list_topic_arns

_LOAD_BALANCERS: dict[str, type[LoadBalancer]] = {
    "application": ApplicationLoadBalancer,
    "network": NetworkLoadBalancer,
}


def create_shared_resources(scope: Construct, settings: LoadedEnvironment) -> SharedResources:
    """Create the key, the bucket for access logs and the registries of an environment, for it and those it delivers."""
    context, environment, project = settings.context, settings.environment, settings.project
    delivered = project.delivered_by(settings.name)
    contexts = [context, *map(project.context, delivered)]
    readers = [
        arn
        for other in delivered
        for name, service in project.environments[other].service.items()
        for arn in reader_arns(project.context(other), name, service.release.engine)
    ]
    key = KeyProps(
        context=context,
        disposable=environment.disposable,
        environments=contexts,
        readers=readers,
        topics=list_topic_arns(project, settings.name),
        publishers=PUBLISHERS,
    )
    access_logs = AccessLogsProps(
        context=context,
        days=environment.access_log_days,
        disposable=environment.disposable,
        balancer=environment.load_balancer.type if environment.service else None,
        environments=contexts,
    )
    return SharedResources(
        context=context,
        key=Key(scope, "key", key),
        access_logs=AccessLogs(scope, "access-logs", access_logs),
        retention_days=environment.log_retention_days,
        disposable=environment.disposable,
        registries=() if environment.pipelines_in else _create_registries(scope, context, environment),
    )


def share_resources(
    scope: Construct, shared: SharedResources, context: Context, environment: Environment
) -> SharedResources:
    """Return ``shared`` for the pipelines of another environment, with registries of its own."""
    return replace(
        shared,
        context=context,
        retention_days=environment.log_retention_days,
        disposable=environment.disposable,
        registries=_create_registries(scope, context, environment),
    )


def _create_registries(scope: Construct, context: Context, environment: Environment) -> Sequence[CachedRegistry]:
    """Create the registries that an environment's builds pull base images through, in the builds' account."""
    return [
        CachedRegistry(
            scope,
            f"pull-through-cache-{upstream}",
            CachedRegistryProps(context=context, upstream=upstream, settings=settings),
        )
        for upstream, settings in sorted(environment.pull_through_cache.items())
    ]


def create_platform(scope: Construct, settings: LoadedEnvironment, shared: SharedResources) -> ServicePlatform:
    """Create the network, load balancer and cluster of an environment that has services."""
    environment = settings.environment
    assert environment.network is not None, "the rules want one where there are services"
    network = Network(
        scope,
        "network",
        NetworkProps(shared=shared, settings=environment.network, services=environment.service.values()),
    )
    load_balancer = _LOAD_BALANCERS[environment.load_balancer.type](
        scope,
        "load-balancer",
        LoadBalancerProps(shared=shared, settings=environment.load_balancer, network=network),
    )
    cluster = Cluster(scope, "cluster", ClusterProps(shared=shared))
    return ServicePlatform(**vars(shared), network=network, load_balancer=load_balancer, cluster=cluster)
