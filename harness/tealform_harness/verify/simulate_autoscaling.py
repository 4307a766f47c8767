"""What happens to a running environment without anybody who releases or applies: autoscaling."""

from __future__ import annotations

from tealform.settings.loader import LoadedEnvironment
from tealform_harness.aws_emulator.server import EmulatedAws


def scale(aws: EmulatedAws, settings: LoadedEnvironment) -> None:
    """Gives each service the most tasks, as under load, and the limits of each of its schedules, as at its time."""
    context = settings.context
    scaling, ecs = (aws.client(each, context.region) for each in ("application-autoscaling", "ecs"))
    for name, service in settings.environment.service.items():
        full_name = context.name(name)
        ecs.update_service(cluster=context.name(), service=full_name, desiredCount=service.tasks.max)
        for schedule in service.scaling.schedule.values():
            scaling.register_scalable_target(
                ServiceNamespace="ecs",
                ResourceId=f"service/{context.name()}/{full_name}",
                ScalableDimension="ecs:service:DesiredCount",
                MinCapacity=schedule.min,
                MaxCapacity=schedule.max,
            )
