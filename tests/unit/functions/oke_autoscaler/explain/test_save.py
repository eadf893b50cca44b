"""What is remembered of a pool goes on to hold in a saved file, though the pool's start script is not in it."""

from __future__ import annotations

import base64
import json

from functions.oke_autoscaler.decide.cluster.pool_declaration import configuration
from functions.oke_autoscaler.explain.save import snapshot_bytes
from functions.oke_autoscaler.explain.snapshot_file import read
from functions.oke_autoscaler.model.tick_state import PoolMemory
from tests.unit.functions.oke_autoscaler.builders import CLOCK, pod, pool


def test_the_memory_of_a_pool_fits_the_pool_as_it_was_saved() -> None:
    script = base64.b64encode(b"secret\n--register-with-taints=a=b:NoSchedule").decode()
    made = {"node_pools": [pool("p", 0, [], nodeMetadata={"user_data": script})], "pods": [], "nodes": []}
    snapshot, _, _ = read(json.dumps(made).encode(), CLOCK)
    (old,) = snapshot.pools or ()
    snapshot.state.pools["p"] = PoolMemory(configuration=configuration(old), allocatable={"cpu": 1})
    snapshot.state.pools["q"] = PoolMemory(configuration="of another function")
    again, _, _ = read(snapshot_bytes(snapshot, {}, CLOCK), CLOCK)
    (new,) = again.pools or ()
    assert new.node_metadata != old.node_metadata
    assert again.state.pools["p"] == PoolMemory(configuration=configuration(new), allocatable={"cpu": 1})
    assert again.state.pools["q"].configuration == "of another function"


def test_of_what_kubelets_say_only_resources_are_saved() -> None:
    odd = pod("odd", 100, 1, nodeName="n")
    odd["spec"]["containers"][0]["name"] = "a"
    odd["status"]["containerStatuses"] = [
        {"name": "a", "allocatedResources": {"cpu": "1"}, "lastState": {"terminated": {"message": "secret"}}}
    ]
    snapshot, _, _ = read(json.dumps({"pods": [odd, pod("plain", 1, 1)], "nodes": []}).encode(), CLOCK)
    data = snapshot_bytes(snapshot, {"node_pool_max_size": "3", "secret_id": "x", "HOME": "/"}, CLOCK)
    assert b"secret" not in data
    saved = json.loads(data)
    assert saved["settings"] == {"node_pool_max_size": "3"}
    # What is promised was read into the spec, where the saved file has it; of a status no message is left.
    assert saved["pods"][0]["spec"]["resources"]["requests"]["cpu"] in {"1", "1000m"}
    assert saved["pods"][0]["status"]["containerStatuses"] is None
