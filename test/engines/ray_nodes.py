"""A Ray cluster of several nodes on this machine, told by lines of JSON what to do; it is gone when they end."""
import json
import sys

from ray.cluster_utils import Cluster


def say(*words):
    print(json.dumps(words), flush=True)


# That a node is dead is to be found out soon, but also on a busy machine only if it is so.
health = {"health_check_initial_delay_ms": 0, "health_check_period_ms": 500, "health_check_failure_threshold": 6}
head = {"num_cpus": 2, "include_dashboard": False, "object_store_memory": 600 * 2**20, "_system_config": health}
cluster = Cluster(initialize_head=True, head_node_args=head)
nodes = {}
say(cluster.address)
for line in sys.stdin:
    word, given = json.loads(line)
    if word == "add":
        node = cluster.add_node(**given)
        nodes[node.node_id] = node
        say(node.node_id)
    else:
        cluster.remove_node(nodes.pop(given), allow_graceful=False)
        say(given)
cluster.shutdown()
