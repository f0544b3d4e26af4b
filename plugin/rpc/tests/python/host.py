"""A host of the key-value service with pyvider-rpcplugin: host.py PLUGIN. Prints one line for each thing that works."""

import asyncio
import os
import sys

from pyvider.rpcplugin import plugin_client


async def call(channel, method, request):
    return await channel.unary_unary(method)(request, timeout=10)


async def main():
    client = plugin_client(command=[sys.argv[1]], config={"env": dict(os.environ)})
    await client.start()
    print("started", flush=True)
    channel = client.grpc_channel
    health = await call(channel, "/grpc.health.v1.Health/Check", b"\x0a\x06plugin")
    print("health", health.hex(), flush=True)
    # Put of key "k" and value "v", then Get of "k".
    await call(channel, "/kv.Store/Put", b"\x0a\x01k\x12\x01v")
    print("get", (await call(channel, "/kv.Store/Get", b"\x0a\x01k")).hex(), flush=True)
    await client.shutdown_plugin()
    await client.close()
    print("ended", flush=True)


async def guarded():
    try:
        await main()
    except Exception as error:
        # The plugin is still there, and a thread that reads it: this host would wait for both.
        print(f"error {type(error).__name__}: {error}", flush=True)
        os._exit(1)


asyncio.run(guarded())
