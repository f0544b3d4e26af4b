"""The peer: provide-foundation writing the bench's event as JSON to a file. Prints nanoseconds per event."""

import os
import sys
import tempfile
import time

os.environ["PROVIDE_LOG_CONSOLE_FORMATTER"] = "json"
os.environ["PROVIDE_LOG_LEVEL"] = "INFO"
out = tempfile.NamedTemporaryFile("w", suffix=".log")
sys.stderr = out

from provide.foundation import get_logger  # noqa: E402

log = get_logger("bench")
best = None
for _ in range(10):
    begun = time.perf_counter()
    for number in range(2000):
        log.info(
            "request_handled",
            domain="server",
            action="receive",
            status="success",
            request_id=number,
            duration_ms=12.75,
            path="/v1/resources/instances/4711",
            user="alice@example.com",
        )
    spent = (time.perf_counter() - begun) / 2000
    best = spent if best is None else min(best, spent)
out.flush()
if os.path.getsize(out.name) < 2000 * 100:
    sys.exit("the log did not arrive")
print(best * 1e9)
