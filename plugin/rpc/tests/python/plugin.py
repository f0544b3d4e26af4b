"""A plugin of the key-value service with pyvider-rpcplugin. Get answers with the key: both messages have one field, number 1."""

import asyncio

import grpc
from pyvider.rpcplugin import RPCPluginProtocol, plugin_server


class Echo:
    async def get(self, request, context):
        return request


class Protocol(RPCPluginProtocol):
    service_name = "kv.Store"

    async def get_grpc_descriptors(self):
        return None, "kv.Store"

    def get_method_type(self, name):
        return "unary_unary"

    async def add_to_server(self, server, handler):
        # Without serializers, messages are bytes.
        get = grpc.unary_unary_rpc_method_handler(handler.get)
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("kv.Store", {"Get": get}),))


async def main():
    await plugin_server(protocol=Protocol(), handler=Echo()).serve()


asyncio.run(main())
