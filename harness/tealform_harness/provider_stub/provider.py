"""What the stand-in answers to Terraform's calls.

It knows the provider's schema and nothing of AWS: green means that Terraform accepts a configuration, not that AWS
does. What is read is what the state says; what is applied exists in the state alone.
"""

from __future__ import annotations

import json

import grpc

from tealform_harness.provider_stub import data_sources, plan, provider_config, validation
from tealform_harness.provider_stub.computed_values import Inventor
from tealform_harness.provider_stub.protocol.messages import (
    Message,
    Value,
    diagnostic,
    dynamic,
    messages,
    path,
    read,
    schema_response,
)
from tealform_harness.provider_stub.provider_config import Settings
from tealform_harness.provider_stub.schema.model import Block, ProviderSchema
from tealform_harness.provider_stub.values import constraints


class StandIn:
    """Answers for one schema to any number of Terraforms at the same time.

    Its methods are named like the calls of ``tfplugin6.proto`` and take a request and gRPC's context. Each
    configuration of the provider comes through a connection of its own, so what is configured is kept by connection.
    """

    def __init__(self, schema: ProviderSchema) -> None:
        self._schema = schema
        self._response = schema_response(schema)
        resources = schema["resource_schemas"].items()
        self._constraints = {name: constraints.of(name, resource["block"]) for name, resource in resources}
        self._settings: dict[str, Settings] = {}

    def get_provider_schema(self, _: Message, __: grpc.ServicerContext) -> Message:
        """The schema, with all types that are served."""
        return self._response

    def validate_provider_config(self, _: Message, __: grpc.ServicerContext) -> Message:
        """Nothing to say: accounts, credentials and endpoints are AWS's affair."""
        return messages.ValidateProviderConfig.Response()

    def configure_provider(self, request: Message, context: grpc.ServicerContext) -> Message:
        """Keeps region, account and default tags for what comes through the same connection."""
        self._settings[context.peer()] = provider_config.read(read(request.config))
        return messages.ConfigureProvider.Response()

    def validate_resource_config(self, request: Message, _: grpc.ServicerContext) -> Message:
        """What is wrong with a resource's configuration."""
        name = request.type_name
        found = validation.resource(name, self._resource(name), read(request.config), self._constraints[name])
        return messages.ValidateResourceConfig.Response(diagnostics=map(diagnostic, found))

    def validate_data_resource_config(self, request: Message, _: grpc.ServicerContext) -> Message:
        """What is wrong with a data source's configuration."""
        found = validation.data_source(request.type_name, self._data_source(request.type_name), read(request.config))
        return messages.ValidateDataResourceConfig.Response(diagnostics=map(diagnostic, found))

    def upgrade_resource_state(self, request: Message, _: grpc.ServicerContext) -> Message:
        """The state as it is: all versions are the same here."""
        return messages.UpgradeResourceState.Response(upgraded_state=messages.DynamicValue(json=request.raw_state.json))

    def read_resource(self, request: Message, _: grpc.ServicerContext) -> Message:
        """The state as it is: nothing changes outside Terraform."""
        return messages.ReadResource.Response(new_state=request.current_state)

    def plan_resource_change(self, request: Message, context: grpc.ServicerContext) -> Message:
        """The planned state. Which changes replace a resource is in no schema; ``region`` always does."""
        proposed, prior, config = read(request.proposed_new_state), read(request.prior_state), read(request.config)
        if proposed is None:
            return messages.PlanResourceChange.Response(planned_state=request.proposed_new_state)
        planned = plan.planned(self._resource(request.type_name), config, proposed, self._settings_of(context))
        moved = prior is not None and prior.get("region") not in (None, planned.get("region"))
        return messages.PlanResourceChange.Response(
            planned_state=dynamic(planned), requires_replace=[path(("region",))] if moved else []
        )

    def apply_resource_change(self, request: Message, context: grpc.ServicerContext) -> Message:
        """The planned state with everything in it known."""
        planned = read(request.planned_state)
        if planned is None:
            return messages.ApplyResourceChange.Response(new_state=request.planned_state)
        inventor = Inventor(request.type_name, _seed(read(request.config)), self._settings_of(context))
        return messages.ApplyResourceChange.Response(
            new_state=dynamic(inventor.fill(self._resource(request.type_name), planned))
        )

    def import_resource_state(self, request: Message, _: grpc.ServicerContext) -> Message:
        """A resource of which only the id is known."""
        block = self._resource(request.type_name)
        state: dict[str, Value] = dict.fromkeys(block["attributes"])
        for name, nested in block["block_types"].items():
            state[name] = None if nested["nesting_mode"] == "single" else []
        state["id"] = request.id
        imported = messages.ImportResourceState.ImportedResource(type_name=request.type_name, state=dynamic(state))
        return messages.ImportResourceState.Response(imported_resources=[imported])

    def read_data_source(self, request: Message, context: grpc.ServicerContext) -> Message:
        """Rendered documents are the provider's, everything else is invented."""
        config = read(request.config)
        found = data_sources.problems(request.type_name, config)
        if found:
            return messages.ReadDataSource.Response(diagnostics=map(diagnostic, found))
        block, mine = self._data_source(request.type_name), self._settings_of(context)
        state = plan.planned(block, config, config, mine)
        state = Inventor(request.type_name, _seed(config), mine).fill(block, state)
        state |= data_sources.results(request.type_name, config, mine)
        return messages.ReadDataSource.Response(state=dynamic(state))

    def stop_provider(self, _: Message, __: grpc.ServicerContext) -> Message:
        """Nothing takes long enough to be stopped."""
        return messages.StopProvider.Response()

    def _resource(self, terraform_type: str) -> Block:
        return self._schema["resource_schemas"][terraform_type]["block"]

    def _data_source(self, terraform_type: str) -> Block:
        return self._schema["data_source_schemas"][terraform_type]["block"]

    def _settings_of(self, context: grpc.ServicerContext) -> Settings:
        return self._settings.get(context.peer(), Settings())


def _seed(config: Value) -> str:
    return json.dumps(config, sort_keys=True, default=str)
