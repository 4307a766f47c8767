"""What the stub answers to Terraform's calls.

It knows the provider's schema and nothing of AWS: green means that Terraform accepts a configuration, not that AWS
does. Reading a resource returns its state; what is applied exists in the state alone.
"""

from __future__ import annotations

import json

import grpc

from tealform_harness.provider_stub import data_sources, validation
from tealform_harness.provider_stub.computed_values import ValueGenerator, plan_state
from tealform_harness.provider_stub.protocol import (
    Message,
    StubDiagnostic,
    Value,
    decode,
    encode,
    encode_path,
    encode_schema,
    messages,
)
from tealform_harness.provider_stub.provider_config import ProviderConfig
from tealform_harness.provider_stub.schema.model import Block, ProviderSchema
from tealform_harness.provider_stub.values import constraints


class ProviderStub:
    """Answers for one schema to any number of Terraforms at the same time.

    Its methods are named like the calls of ``tfplugin6.proto`` and take a request and gRPC's context. Each configuration
    of the provider comes through a connection of its own, so configurations are kept by connection.
    """

    def __init__(self, schema: ProviderSchema) -> None:
        self._schema = schema
        self._response = encode_schema(schema)
        resources = schema["resource_schemas"].items()
        self._constraints = {
            name: constraints.find_constraints(name, resource["block"]) for name, resource in resources
        }
        self._configs: dict[str, ProviderConfig] = {}

    def get_provider_schema(self, _: Message, __: grpc.ServicerContext) -> Message:
        """Return the schema, with all types that are served."""
        return self._response

    def validate_provider_config(self, _: Message, __: grpc.ServicerContext) -> Message:
        """Accept any configuration: only AWS can judge accounts, credentials and endpoints."""
        return messages.ValidateProviderConfig.Response()

    def configure_provider(self, request: Message, context: grpc.ServicerContext) -> Message:
        """Keep region, account and default tags for what comes through the same connection."""
        self._configs[context.peer()] = ProviderConfig.from_block(decode(request.config))
        return messages.ConfigureProvider.Response()

    def validate_resource_config(self, request: Message, _: grpc.ServicerContext) -> Message:
        """Report the mistakes in a resource's configuration."""
        name, config = request.type_name, decode(request.config)
        found = validation.validate_resource(name, self._resource(name), config, self._constraints[name])
        return messages.ValidateResourceConfig.Response(diagnostics=map(StubDiagnostic.encode, found))

    def validate_data_resource_config(self, request: Message, _: grpc.ServicerContext) -> Message:
        """Report the mistakes in a data source's configuration."""
        name = request.type_name
        found = validation.validate_data_source(name, self._data_source(name), decode(request.config))
        return messages.ValidateDataResourceConfig.Response(diagnostics=map(StubDiagnostic.encode, found))

    def upgrade_resource_state(self, request: Message, _: grpc.ServicerContext) -> Message:
        """Return the state as it is: all versions are the same here."""
        return messages.UpgradeResourceState.Response(upgraded_state=messages.DynamicValue(json=request.raw_state.json))

    def read_resource(self, request: Message, _: grpc.ServicerContext) -> Message:
        """Return the state as it is: nothing changes outside Terraform."""
        return messages.ReadResource.Response(new_state=request.current_state)

    def plan_resource_change(self, request: Message, context: grpc.ServicerContext) -> Message:
        """Return the planned state. Which changes replace a resource is in no schema; ``region`` always does."""
        proposed, prior, config = map(decode, (request.proposed_new_state, request.prior_state, request.config))
        if proposed is None:
            return messages.PlanResourceChange.Response(planned_state=request.proposed_new_state)
        planned = plan_state(self._resource(request.type_name), config, proposed, self._config(context))
        moved = prior is not None and prior.get("region") not in (None, planned.get("region"))
        return messages.PlanResourceChange.Response(
            planned_state=encode(planned), requires_replace=[encode_path(("region",))] if moved else []
        )

    def apply_resource_change(self, request: Message, context: grpc.ServicerContext) -> Message:
        """Return the planned state with everything in it known."""
        planned = decode(request.planned_state)
        if planned is None:
            return messages.ApplyResourceChange.Response(new_state=request.planned_state)
        values = ValueGenerator(request.type_name, _seed(decode(request.config)), self._config(context))
        filled = values.fill(self._resource(request.type_name), planned)
        return messages.ApplyResourceChange.Response(new_state=encode(filled))

    def import_resource_state(self, request: Message, _: grpc.ServicerContext) -> Message:
        """Return a resource of which only the id is known."""
        block = self._resource(request.type_name)
        state: dict[str, Value] = dict.fromkeys(block["attributes"])
        for name, nested in block["block_types"].items():
            state[name] = None if nested["nesting_mode"] == "single" else []
        state["id"] = request.id
        imported = messages.ImportResourceState.ImportedResource(type_name=request.type_name, state=encode(state))
        return messages.ImportResourceState.Response(imported_resources=[imported])

    def read_data_source(self, request: Message, context: grpc.ServicerContext) -> Message:
        """Render documents as the provider does, and generate everything else."""
        name, config = request.type_name, decode(request.config)
        if found := data_sources.check_readable(name, config):
            return messages.ReadDataSource.Response(diagnostics=map(StubDiagnostic.encode, found))
        block, provider = self._data_source(name), self._config(context)
        state = plan_state(block, config, config, provider)
        state = ValueGenerator(name, _seed(config), provider).fill(block, state)
        return messages.ReadDataSource.Response(state=encode(state | data_sources.compute(name, config, provider)))

    def stop_provider(self, _: Message, __: grpc.ServicerContext) -> Message:
        """Do nothing: no call takes long enough to be stopped."""
        return messages.StopProvider.Response()

    def _resource(self, terraform_type: str) -> Block:
        return self._schema["resource_schemas"][terraform_type]["block"]

    def _data_source(self, terraform_type: str) -> Block:
        return self._schema["data_source_schemas"][terraform_type]["block"]

    def _config(self, context: grpc.ServicerContext) -> ProviderConfig:
        return self._configs.get(context.peer(), ProviderConfig())


def _seed(config: Value) -> str:
    return json.dumps(config, sort_keys=True, default=str)
